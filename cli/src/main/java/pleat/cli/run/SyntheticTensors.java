package pleat.cli.run;

import java.lang.foreign.MemorySegment;
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

    /** Elements that are made at a time. */
    private static final int PIECE = 1 << 16;

    /**
     * What makes the values of a tensor, also where there is no Java: element {@code i} of row-major order is {@code middle + width * (2u - 1)},
     * rounded to f32 and then to the type that is stored, with {@code u} the {@code i}-th double of a {@link SplittableRandom} of this seed. Integers
     * are zeros.
     */
    public record Recipe(long seed, double middle, double width) {}

    /** Writes the values of {@link #of} in row-major order, piece by piece: no second copy of them is held. */
    static void write(Plan.Buffer buffer, long seed, MemorySegment memory) {
        var type = buffer.type();
        if (!type.dtype().isFloating()) {
            memory.fill((byte) 0);
            return;
        }
        var recipe = recipe(buffer, seed);
        var random = new SplittableRandom(recipe.seed());
        long elements = type.elements();
        int bytes = type.dtype().bytes();
        for (long at = 0; at < elements; at += PIECE) {
            var values = new float[(int) Math.min(PIECE, elements - at)];
            fill(values, random, recipe);
            TensorData.ofFloats(values, values.length).copyTo(memory.asSlice(at * bytes, (long) values.length * bytes), type.dtype());
        }
    }

    /** The same values for the same buffer and seed, whatever else the plan has. */
    public static TensorData of(Plan.Buffer buffer, long seed) {
        var type = buffer.type();
        if (!type.dtype().isFloating()) {
            return integers(type);
        }
        var values = new float[Math.toIntExact(type.elements())];
        var recipe = recipe(buffer, seed);
        fill(values, new SplittableRandom(recipe.seed()), recipe);
        return TensorData.ofFloats(values, type.shape());
    }

    public static Recipe recipe(Plan.Buffer buffer, long seed) {
        var name = buffer.place().external();
        long own = seed + name.hashCode();
        if (!buffer.type().dtype().isFloating()) {
            return new Recipe(own, 0, 0);
        }
        return switch (buffer.place().kind()) {
            case INPUT, CONSUMED, COTANGENT -> name.contains("mask") ? new Recipe(own, 1, 0) : new Recipe(own, 0, 1);
            case WEIGHT, STATE -> ofWeight(name, buffer.type(), own);
            case OUTPUT, TEMPORARY, SCRATCH -> throw new IllegalArgumentException("`" + name + "` is not an argument");
        };
    }

    // A stacked weight has one dim more than that of a block; scales and offsets of norms are vectors.
    private static Recipe ofWeight(String name, TensorType type, long seed) {
        int rank = type.rank() - (name.contains("{") ? 1 : 0);
        boolean isScale = rank < 2 && name.endsWith("weight");
        return new Recipe(seed, isScale ? 1 : 0, rank < 2 ? 0.1 : Math.sqrt(3.0 / Math.max(1, type.shape()[type.rank() - 1])));
    }

    private static void fill(float[] values, SplittableRandom random, Recipe recipe) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (recipe.middle() + recipe.width() * (2 * random.nextDouble() - 1));
        }
    }

    /** Zeros are in range of every table. */
    private static TensorData integers(TensorType type) {
        var values = new long[Math.toIntExact(type.elements())];
        Arrays.fill(values, 0);
        return TensorData.ofLongs(values, type.shape());
    }
}
