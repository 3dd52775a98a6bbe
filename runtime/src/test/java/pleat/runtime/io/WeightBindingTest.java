package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.runtime.io.WeightBinding.Required;

class WeightBindingTest {
    private static final Arena ARENA = Arena.ofAuto();

    private static TensorSource source(Object... namesAndTensors) {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (int i = 0; i < namesAndTensors.length; i += 2) {
            tensors.put((String) namesAndTensors[i], (TensorData) namesAndTensors[i + 1]);
        }
        return TensorSource.of("file `w.npz`", tensors);
    }

    private static TensorData vector(float... values) {
        return TensorData.ofFloats(values, values.length);
    }

    private static Required required(String name, long... shape) {
        return new Required(name, TensorHeader.of(DType.F32, shape));
    }

    private static String refusal(List<Required> required, TensorSource source, NameMap names) {
        return assertThrows(UserException.class, () -> WeightBinding.parameters(required, source, names)).getMessage();
    }

    @Test
    void theResultIsInTheModelsOrder() {
        var b = vector(2, 3);
        var required = List.of(required("b", 2), required("a", 1));
        var bound = WeightBinding.parameters(required, source("a", vector(1), "b", b), NameMap.SAME);
        assertEquals(List.of("b", "a"), bound.stream().map(one -> one.required().name()).toList());
        assertSame(b.bytes().address(), bound.getFirst().tensor(ARENA).bytes().address());
        assertArrayEquals(new float[] {1}, bound.getLast().tensor(ARENA).toFloats());
    }

    @Test
    void blocksAreStackedAndWidened() {
        var source = source("blocks.1.w", vector(3, 4), "blocks.0.w", vector(1, 2).convert(DType.BF16, ARENA),
                "g.0.1.w", vector(2), "g.1.1.w", vector(4), "g.0.0.w", vector(1), "g.1.0.w", vector(3),
                "whole.{i}.w", TensorData.ofFloats(new float[] {5, 6}, 2, 1));
        var bound = WeightBinding.parameters(
                List.of(required("blocks.{i}.w", 2, 2), required("g.{i}.{j}.w", 2, 2, 1), required("whole.{i}.w", 2, 1)),
                source, NameMap.SAME);
        assertEquals("f32[2, 2]", bound.getFirst().tensor(ARENA).header().toString());
        assertArrayEquals(new float[] {1, 2, 3, 4}, bound.getFirst().tensor(ARENA).toFloats());
        assertArrayEquals(new float[] {1, 2, 3, 4}, bound.get(1).tensor(ARENA).toFloats());
        assertArrayEquals(new float[] {5, 6}, bound.get(2).tensor(ARENA).toFloats());
    }

    @Test
    void namesAreMapped() {
        var names = NameMap.of(NameMap.prefix("model.", ""), NameMap.rewrite("layer_(\\d+)", "blocks.$1"),
                NameMap.leave("num_batches"));
        var source = source("model.layer_0.w", vector(1), "model.num_batches", vector(9));
        var bound = WeightBinding.parameters(List.of(required("blocks.{i}.w", 1, 1)), source, names);
        assertArrayEquals(new float[] {1}, bound.getFirst().tensor(ARENA).toFloats());
        assertEquals("file `w.npz` has `model.a` and `a`, and both are the model's `a`",
                refusal(List.of(), source("model.a", vector(1), "a", vector(1)), names));
    }

    @Test
    void allThatDoesNotFitIsSaidAtOnce() {
        var source = source("a", vector(1, 2), "c", TensorData.ofDoubles(new double[] {1}, 1),
                "d", TensorData.ofLongs(new long[] {1}, 1), "blocks.0.w", vector(1), "e", vector(1));
        var required = List.of(required("a", 2, 1), required("b"), required("c", 1), required("d", 1),
                required("blocks.{i}.w", 2, 1));
        assertEquals("""
                file `w.npz` does not fit the model:
                  parameter `a` has shape f32[2], the model's is f32[2, 1]
                  missing parameter `b` f32[]
                  parameter `c` has dtype f64, the model's is f32 (its values would be rounded)
                  parameter `d` has dtype i64, the model's is f32
                  missing parameter `blocks.1.w` f32[1]
                  extra parameter `e` f32[1]""",
                refusal(required, source, NameMap.SAME));
    }

    @Test
    void twentyAreShown() {
        var message = refusal(List.of(required("blocks.{i}.w", 48, 1)), source(), NameMap.SAME);
        assertEquals(22, message.lines().count());
        assertEquals("  and 28 more", message.lines().toList().getLast());
    }

    @Test
    void inputsAreCalledInputs() {
        assertEquals("file `w.npz` does not fit the model:\n  missing input `m` f32[2]",
                assertThrows(UserException.class, () -> WeightBinding.inputs(List.of(required("m", 2)),
                        TensorSource.of("file `w.npz`", Map.of()), NameMap.SAME)).getMessage());
    }
}
