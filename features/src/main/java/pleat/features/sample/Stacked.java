package pleat.features.sample;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.runtime.io.TensorData;

/** Collects tensors of which each recycling cycle has its own; the cycle becomes the last dim. */
final class Stacked {
    private final int cycles;
    private final Map<String, TensorData> tensors = new LinkedHashMap<>();

    Stacked(int cycles) {
        this.cycles = cycles;
    }

    /** The same values in all cycles; {@code shape} is that of one cycle. */
    void floats(String name, float[] values, long... shape) {
        floats(name, Collections.nCopies(cycles, values), shape);
    }

    void floats(String name, List<float[]> byCycle, long... shape) {
        int elements = byCycle.getFirst().length;
        var all = new float[elements * cycles];
        for (int c = 0; c < cycles; c++) {
            float[] values = byCycle.get(c);
            for (int i = 0; i < elements; i++) {
                all[i * cycles + c] = values[i];
            }
        }
        put(name, TensorData.ofFloats(all, Longs.concat(shape, new long[] {cycles})));
    }

    /** The same values in all cycles. */
    void longs(String name, long[] values, long... shape) {
        longs(name, Collections.nCopies(cycles, values), shape);
    }

    void longs(String name, List<long[]> byCycle, long... shape) {
        int elements = byCycle.getFirst().length;
        var all = new long[elements * cycles];
        for (int c = 0; c < cycles; c++) {
            long[] values = byCycle.get(c);
            for (int i = 0; i < elements; i++) {
                all[i * cycles + c] = values[i];
            }
        }
        put(name, TensorData.ofLongs(all, Longs.concat(shape, new long[] {cycles})));
    }

    private void put(String name, TensorData tensor) {
        if (tensors.put(name, tensor) != null) {
            throw new IllegalStateException("two features are named " + name);
        }
    }

    ImmutableMap<String, TensorData> tensors() {
        return ImmutableMap.copyOf(tensors);
    }
}
