package pleat.runtime.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;

/** Looks through what a launch has written for the first infinity or NaN, so that the kernel that made it is known and not only that it is there. */
public final class FiniteCheck {
    private FiniteCheck() {}

    /**
     * Checks one slice.
     *
     * @param memory of the slice
     * @param iterations of the loops around the launch
     */
    public static void check(Step.Launch launch, Plan.Buffer buffer, Slice slice, MemorySegment memory, List<Long> iterations) {
        if (!slice.type().dtype().isFloating()) {
            return;
        }
        try (var scratch = Arena.ofConfined()) {
            var data = LayoutCodec.rowMajor(slice, memory, scratch);
            var found = data.firstNonFinite();
            if (found.isPresent()) {
                throw new UserException("%s is not finite: it has %s at %s\n  = note: kernel `%s` computes it%s%s".formatted(name(buffer),
                        data.at(found.getAsLong()), point(found.getAsLong(), slice.type().shape()), launch.kernel(),
                        launch.source().isEmpty() ? "" : " at " + launch.source(), iteration(iterations)));
            }
        }
    }

    private static String name(Plan.Buffer buffer) {
        return buffer.place().kind() == Kind.OUTPUT ? "output `" + buffer.place().external() + "`" : "value `%" + buffer.name() + "`";
    }

    private static List<Long> point(long element, long[] shape) {
        var point = new Long[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            point[d] = element % shape[d];
            element /= shape[d];
        }
        return List.of(point);
    }

    private static String iteration(List<Long> iterations) {
        return iterations.isEmpty() ? "" : ", in iteration " + iterations.stream().map(String::valueOf).collect(Collectors.joining(" of "));
    }
}
