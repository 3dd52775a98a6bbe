package pleat.passes.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.mesh.Sharding;
import pleat.ir.plan.GpuKernel;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** A model of many parameters: their squares are summed in parts that a launch can name. */
class SquaredNormTest {
    private static final int PARAMETERS = 1200;

    @Test
    void noEquationReadsMoreThanALaunchCanName() {
        var body = new ArrayList<Op>();
        var parts = IntStream.range(0, PARAMETERS).mapToObj(p -> new SquaredNorm.Part(new Value("g" + p, TensorType.of(DType.F32, 2)), Sharding.WHOLE)).toList();
        var norm = SquaredNorm.of(parts, body);
        assertEquals(norm, body.getLast().results().getFirst());
        assertTrue(body.stream().allMatch(op -> op.operands().size() < GpuKernel.MOST_BUFFERS));
        long summed = body.stream().flatMap(op -> op.operands().stream()).filter(value -> parts.stream().anyMatch(part -> part.value() == value)).distinct().count();
        assertEquals(PARAMETERS, summed);
    }

    @Test
    void equationsThatTogetherReadMoreDoNotShareAProgram() {
        String text = """
                module tensor @many entry @main {
                  func @main(%s) {
                %s    %%y = %%h0[] + %%h1[] + %%h2[] + %%h3[] -> f32[]
                    return %%y "y"
                  }
                }
                """.formatted(IntStream.range(0, PARAMETERS).mapToObj("input %%x%1$d: f32[] \"x%1$d\""::formatted).collect(Collectors.joining(", ")),
                IntStream.range(0, 4).mapToObj(h -> "    %%h%d = %s -> f32[]\n".formatted(h, terms(h * PARAMETERS / 4, (h + 1) * PARAMETERS / 4)))
                        .collect(Collectors.joining()));
        var tiled = PassManager.quiet().run(Parser.parse("many.ir", text), Pipelines.beforeTiling());
        var kernels = Scheduler.schedule(tiled, TileTarget.HOST, true).kernels().values();
        assertTrue(kernels.stream().allMatch(kernel -> kernel.parameters().size() <= GpuKernel.MOST_BUFFERS),
                () -> kernels.stream().map(kernel -> kernel.parameters().size()).toList().toString());
    }

    private static String terms(int from, int to) {
        List<String> terms = IntStream.range(from, to).mapToObj("%%x%d[]"::formatted).toList();
        return String.join(" + ", terms);
    }
}
