package pleat.passes.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.ir.verify.Verifier;
import pleat.passes.grad.Differentiate;

class TrainingStepTest {
    private static final String MODEL = """
            module tensor @m entry @main {
              func @main(input %x: f32[2] "x", weight %w: f32[2] "w") {
                %y = %x[i] * %w[i] -> f32[i: 2]
                return %y "y"
              }
            }
            """;

    private static final String MOMENTUM = """
            module tensor @rule entry @main {
              func @main(input %w: f32[2] "w", input %g: f32[2] "g", input %v: f32[2] "v", input %rate: f32[] "rate", input %turn: f32[] "turn") {
                %v.1 = 0.5 * %v[i] + %g[i] -> f32[i: 2]
                %w.1 = %w[i] - %rate[] * %turn[] * %v.1[i] -> f32[i: 2]
                return %w.1 "w", %v.1 "v"
              }
            }
            """;

    private static final String CLIP = """
            module tensor @clip entry @main {
              func @main(input %s: f32[] "squares") {
                %f = min(1, rsqrt(%s[])) -> f32[]
                return %f "factor"
              }
            }
            """;

    private static final String AVERAGE = """
            module tensor @average entry @main {
              func @main(input %w: f32[2] "w", input %a: f32[2] "average") {
                %a.1 = 0.75 * %a[i] + 0.25 * %w[i] -> f32[i: 2]
                return %a.1 "average"
              }
            }
            """;

    /** The loss is mean((x w)^2), its gradient x^2 w. */
    @Test
    void aStepMovesParametersAndState() {
        var step = step(Optional.empty());
        Verifier.verified(step, "training step");
        var first = run(step, Map.of("x", array(1, 2), "w", array(3, 1), "optimizer/v/w", array(10, 0), "optimizer/turn", scalar(1),
                "learning_rate", scalar(0.25), "loss", scalar(1)));
        assertEquals(6.5, first.get("loss").toArray()[0]);
        assertEquals(List.of(8.0, 4.0), list(first.get("optimizer/v/w")));
        assertEquals(List.of(3 - 0.25 * 2 * 8, 1 - 0.25 * 2 * 4), list(first.get("w")));
        assertEquals(2, first.get("optimizer/turn").toArray()[0]);
    }

    @Test
    void gradientsAreClippedByTheirNormTogether() {
        var result = run(step(Optional.of(function(CLIP))), Map.of("x", array(1, 2), "w", array(4, 0), "optimizer/v/w", array(0, 0),
                "optimizer/turn", scalar(0), "learning_rate", scalar(1), "loss", scalar(1)));
        assertEquals(List.of(1.0, 0.0), list(result.get("optimizer/v/w")));
    }

    @Test
    void averagesFollowWhatTheStepLeaves() {
        var step = step(Optional.empty(), Optional.of(function(AVERAGE)));
        Verifier.verified(step, "training step");
        var result = run(step, Map.of("x", array(1, 2), "w", array(3, 1), "optimizer/v/w", array(10, 0), "optimizer/average/w", array(7, 9), "optimizer/turn", scalar(1),
                "learning_rate", scalar(0.25), "loss", scalar(1)));
        assertEquals(List.of(-1.0, -1.0), list(result.get("w")));
        assertEquals(List.of(0.75 * 7 + 0.25 * -1, 0.75 * 9 + 0.25 * -1), list(result.get(TrainingStep.AVERAGE_PREFIX + "w")));
    }

    @Test
    void parametersAreStateAndGradientsAreNoResults() {
        String head = Printer.print(step(Optional.empty())).lines().filter(line -> line.contains("func @main") || line.contains("return")).reduce("", (a, b) -> a + b + "\n");
        assertEquals("""
                  func @main(input %x: f32[2] "x", state %w: f32[2] "w", cotangent %ct_loss: f32[] "loss", input %rate: f32[] "learning_rate", \
                state %turn: f32[] "optimizer/turn", state %v_w: f32[2] "optimizer/v/w") {
                    return %loss "loss", %next_turn "optimizer/turn", %w.1 "w", %v.1 "optimizer/v/w"
                """, head);
    }

    @Test
    void aLossIsOneNumberOrOneForEachSample() {
        var text = MODEL.replace("\"y\"", "\"loss\"");
        var mean = Printer.print(Loss.only(Parser.parse("m.ir", text))).lines().filter(line -> line.contains("mean_loss")).toList();
        assertEquals(List.of("    %mean_loss = sum(i0: 2) %y[i0] / 2 -> f32[]", "    return %mean_loss \"loss\""), mean);
        var matrix = Parser.parse("m.ir", text.replace("f32[2]", "f32[2, 3]").replace("[i]", "[i, j]").replace("i: 2", "i: 2, j: 3"));
        var thrown = assertThrows(UserException.class, () -> Loss.only(matrix));
        assertEquals("output `loss` of `m` is f32[2, 3], and a loss is one floating number, or one for each sample", thrown.getMessage());
    }

    private static TensorModule step(Optional<Function> clip) {
        return step(clip, Optional.empty());
    }

    private static TensorModule step(Optional<Function> clip, Optional<Function> average) {
        var gradients = Differentiate.of(List.of("grad/param/*")).apply(Loss.only(Parser.parse("m.ir", MODEL)));
        return TrainingStep.of(gradients, new UpdateRule() {
            @Override
            public Function of(TensorType type) {
                return function(MOMENTUM);
            }

            @Override
            public Optional<Function> clip() {
                return clip;
            }

            @Override
            public Optional<Function> average(TensorType type) {
                return average;
            }
        });
    }

    private static Function function(String text) {
        return Parser.parse("rule.ir", text).entryFunction();
    }

    private static Map<String, NdArray> run(TensorModule module, Map<String, NdArray> arguments) {
        return Interpreter.run(module, parameter -> arguments.get(parameter.external()), Interpreter.Options.EXACT);
    }

    private static NdArray array(double... values) {
        return NdArray.of(values, TensorType.of(DType.F32, values.length).shape());
    }

    private static NdArray scalar(double value) {
        return NdArray.of(new double[] {value}, TensorType.of(DType.F32).shape());
    }

    private static List<Double> list(NdArray array) {
        return Arrays.stream(array.toArray()).boxed().toList();
    }
}
