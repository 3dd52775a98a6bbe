package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.ValueNames;
import pleat.ir.type.TensorType;
import pleat.ir.verify.Verifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.shard.CompletePlan;
import pleat.passes.shard.ShardModule;
import pleat.passes.train.Loss;
import pleat.passes.train.TrainingStep;
import pleat.passes.train.UpdateRule;

/** A step of training with clipped gradients, spread over devices in the ways that people spread them: every new parameter is that of one device. */
final class ShardedTrainingTest {
    private static final String MODEL = """
            module Block(x: [n, c]) -> (x: [n, c]) where c = 6 {
              use up: Linear(c -> 2*c)
              use down: Linear(2*c -> c)
              x += down(tanh(up(x)))
              return x
            }
            module Stack(x: [n, c]) -> [n, c] where c = 6 {
              use first: Linear(c -> c)
              repeat 3 blocks: Block(..)
              x = first(x)
              return blocks(x)
            }
            """;

    /** What of the parameters of the model is split, along their first dims. */
    private enum Divided {
        INPUTS, WEIGHTS, EVERYTHING;

        boolean takes(Parameter parameter) {
            return this == EVERYTHING || (parameter.role() == Role.WEIGHT) == (this == WEIGHTS);
        }
    }

    /** The momentum and the averages of {@code std/optimizer.pleat}, as text for each shape. */
    private static final UpdateRule RULE = new UpdateRule() {
        @Override
        public Function of(TensorType type) {
            return elementwise(type, """
                    module tensor @rule entry @main {
                      func @main(input %%w: %1$s "w", input %%g: %1$s "g", input %%v: %1$s "v", input %%rate: f32[] "rate") {
                        %%v.1 = 0.5 * %%v%2$s + %%g%2$s -> %3$s
                        %%w.1 = %%w%2$s - %%rate[] * %%v.1%2$s -> %3$s
                        return %%w.1 "w", %%v.1 "v"
                      }
                    }
                    """);
        }

        @Override
        public Optional<Function> average(TensorType type) {
            return Optional.of(elementwise(type, """
                    module tensor @average entry @main {
                      func @main(input %%w: %1$s "w", input %%a: %1$s "average") {
                        %%a.1 = 0.75 * %%a%2$s + 0.25 * %%w%2$s -> %3$s
                        return %%a.1 "average"
                      }
                    }
                    """));
        }

        @Override
        public Optional<Function> clip() {
            return Optional.of(Parser.parse("clip.ir", """
                    module tensor @clip entry @main {
                      func @main(input %s: f32[] "squares") {
                        %f = 0.01 * rsqrt(%s[]) -> f32[]
                        return %f "factor"
                      }
                    }
                    """).entryFunction());
        }
    };

    private static Function elementwise(TensorType type, String text) {
        var axes = IntStream.range(0, type.rank()).mapToObj(d -> "i" + d).toList();
        var read = "[" + String.join(", ", axes) + "]";
        var written = IntStream.range(0, type.rank()).mapToObj(d -> axes.get(d) + ": " + type.shape()[d]).collect(Collectors.joining(", ", "f32[", "]"));
        return Parser.parse("rule.ir", text.formatted(type, read, written)).entryFunction();
    }

    @ParameterizedTest
    @EnumSource
    void devicesTakeTheStepOfOne(Divided split) {
        var meshes = List.of(Mesh.of("model", 2), Mesh.of("model", 4), new Mesh(ImmutableList.of(new Mesh.Axis("data", 2), new Mesh.Axis("model", 3))));
        var raw = Frontend.of(List.of(new Source("stack.pleat", MODEL)), Library.shipped()).compile("Stack", Frontend.Request.of(Map.of(), Map.of("n", 7L)));
        var module = Loss.only(PassManager.quiet().run(raw, Pipelines.prepare(Map.of())));
        for (Mesh mesh : meshes) {
            var plan = CompletePlan.of(module, pinned(module, mesh, split));
            var steps = ShardModule.all(module, plan).stream().map(ShardedTrainingTest::step).toList();
            Sharded.compare(step(module), steps);
            // The norm is one number for all parameters that lie alike, and for replicated ones nothing is sent.
            assertEquals(split == Divided.INPUTS ? 0 : mesh.axes().size(), norms(steps.getFirst(), mesh));
        }
    }

    /** How many axes the squares of gradients are summed along. */
    private static long norms(TensorModule step, Mesh mesh) {
        return mesh.axes().stream().filter(axis -> step.entryFunction().body().stream().anyMatch(op -> op instanceof Op.Collective(var result, Transfer.AllReduce(
                String along, _), _, _) && result.name().startsWith("squares") && along.equals(axis.name()))).count();
    }

    private static TensorModule step(TensorModule module) {
        var gradients = PassManager.quiet().run(module, List.of(Differentiate.of(List.of("grad/param/*"))));
        return Verifier.verified(PassManager.quiet().run(TrainingStep.of(gradients, RULE), Pipelines.cleanUp()), "training step");
    }

    /** The first dims that are long enough are split along the axes of the mesh, in order. */
    private static ShardPlan pinned(TensorModule module, Mesh mesh, Divided split) {
        var plan = ShardPlan.open(mesh);
        var names = ValueNames.of(module.entryFunction()).inverse();
        for (Parameter parameter : module.entryFunction().parameters()) {
            var shape = parameter.value().type().shape();
            int dim = parameter.external().contains("{i}") ? 1 : 0;
            var sharding = Sharding.WHOLE;
            for (Mesh.Axis axis : mesh.axes()) {
                if (split.takes(parameter) && dim < shape.length && shape[dim] >= axis.size()) {
                    sharding = sharding.with(new Split(axis.name(), dim, shape[dim], 1));
                }
                dim++;
            }
            plan = plan.withValue(module.entry(), names.get(parameter.value()), sharding);
        }
        return plan;
    }
}
