package pleat.cli.run;

import java.util.Arrays;
import java.util.SplittableRandom;
import pleat.ir.plan.Plan;
import pleat.ir.type.TensorType;
import pleat.runtime.io.TensorData;

/** Made-up weights and inputs: masks of ones, and numbers with which activations neither vanish nor overflow over many blocks. */
public final class SyntheticTensors {
    /** Of benchmarks. */
    public static final long SEED = 20210715;

    private SyntheticTensors() {}

    /** The same values for the same buffer and seed, whatever else the plan has. */
    public static TensorData of(Plan.Buffer buffer, long seed) {
        var type = buffer.type();
        var name = buffer.place().external();
        var random = new SplittableRandom(seed + name.hashCode());
        var values = new float[Math.toIntExact(type.elements())];
        if (!type.dtype().isFloating()) {
            return integers(type);
        }
        switch (buffer.place().kind()) {
            case INPUT, COTANGENT -> fill(values, random, name.contains("mask") ? 1 : 0, name.contains("mask") ? 0 : 1);
            case WEIGHT, STATE -> fillWeight(values, name, type, random);
            case OUTPUT, TEMPORARY, SCRATCH -> throw new IllegalArgumentException("`" + name + "` is not an argument");
        }
        return TensorData.ofFloats(values, type.shape());
    }

    // A stacked weight has one dim more than that of a block; scales and offsets of norms are vectors.
    private static void fillWeight(float[] values, String name, TensorType type, SplittableRandom random) {
        int rank = type.rank() - (name.contains("{") ? 1 : 0);
        boolean isScale = rank < 2 && name.endsWith("weight");
        double width = rank < 2 ? 0.1 : Math.sqrt(3.0 / Math.max(1, type.shape()[type.rank() - 1]));
        fill(values, random, isScale ? 1 : 0, width);
    }

    private static void fill(float[] values, SplittableRandom random, double middle, double width) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (middle + width * (2 * random.nextDouble() - 1));
        }
    }

    /** Zeros are in range of every table. */
    private static TensorData integers(TensorType type) {
        var values = new long[Math.toIntExact(type.elements())];
        Arrays.fill(values, 0);
        return TensorData.ofLongs(values, type.shape());
    }
}
