package pleat.passes.machine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What several ranks do together with a tensor. Sizes are those of the full tensor, of which each rank has a part before or after. */
public enum Primitive {
    ALL_GATHER, REDUCE_SCATTER, ALL_REDUCE, ALL_TO_ALL,
    /** From one rank to its neighbour; the size is what is sent. */
    MOVE;

    /** Bytes that a rank sends, for a full tensor of {@code bytes} bytes, by the algorithms that send least. */
    public double wireBytes(int ranks, double bytes) {
        double others = ranks - 1.0;
        return switch (this) {
            case ALL_GATHER, REDUCE_SCATTER -> bytes * others / ranks;
            case ALL_REDUCE -> 2 * bytes * others / ranks;
            case ALL_TO_ALL -> bytes * others / ((double) ranks * ranks);
            case MOVE -> ranks == 1 ? 0 : bytes;
        };
    }

    /** Of a dim that is cut, positions that the rank which sends most moves to its neighbours, where each wants so many before and after its own. */
    public static long haloPositions(int ranks, long before, long after) {
        return ranks == 2 ? Math.max(before, after) : before + after;
    }

    /** The word in machine files: {@code all_gather}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Primitive> parse(String text) {
        return Arrays.stream(values()).filter(primitive -> primitive.text().equals(text)).findFirst();
    }
}
