package pleat.runtime.emulator;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sets of lanes (or warps), one bit for each. */
final class Lanes {
    private Lanes() {}

    static boolean has(int lanes, int lane) {
        return (lanes >>> lane & 1) != 0;
    }

    static int first(int lanes) {
        return Integer.numberOfTrailingZeros(lanes);
    }

    static String list(int lanes) {
        return lanes == -1 ? "0..31"
                : IntStream.range(0, 32).filter(l -> has(lanes, l)).mapToObj(Integer::toString).collect(Collectors.joining(", ", "{", "}"));
    }
}
