package pleat.cli.devices;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Numbers with which a fault shows in f32. With most it does, but where operands of a relu are zero but for rounding, or each block answers a change with a
 * larger one, rounding alone moves the gradients of one device by a thousandth and more. How far is seen by doing it: one device is run four times more with
 * its weights moved by up to 2^-20 of their size. The first numbers are taken with which that is within the tolerance, of other seeds and of weights
 * that are smaller, since small ones make small changes smaller; what a plan gives has no part in it.
 */
final class SteadyNumbers {
    private static final int SEEDS = 8;
    private static final int MOVED_RUNS = 4;

    private SteadyNumbers() {}

    /** @param isSteady if none are, the numbers are the given ones, and the tolerance is what rounding does with them */
    record Found(Numbers numbers, PlanComparison.Whole whole, boolean isSteady) {}

    static Found from(long seed, OneDevice device) {
        var given = new Numbers(seed, 1);
        var others = DoubleStream.of(0.5, 0.25).boxed().flatMap(width -> LongStream.range(seed, seed + SEEDS).mapToObj(other -> new Numbers(other, width)));
        return Stream.concat(Stream.of(given), others).map(numbers -> tried(numbers, device)).filter(Found::isSteady).findFirst()
                .orElseGet(() -> new Found(given, withMoved(alone(given, device), given, device), false));
    }

    private static Found tried(Numbers numbers, OneDevice device) {
        var whole = moved(alone(numbers, device), numbers, device, PlanComparison.Whole::isSteady);
        return new Found(numbers, whole, whole.isSteady());
    }

    private static PlanComparison.Whole alone(Numbers numbers, OneDevice device) {
        return new PlanComparison.Whole(device.storage(), device.outputs(numbers), List.of());
    }

    /** With what one device gives if its weights are moved. */
    static PlanComparison.Whole withMoved(PlanComparison.Whole whole, Numbers numbers, OneDevice device) {
        return moved(whole, numbers, device, _ -> true);
    }

    /** @param goesOn whether what is known so far is worth another run */
    private static PlanComparison.Whole moved(PlanComparison.Whole whole, Numbers numbers, OneDevice device, Predicate<PlanComparison.Whole> goesOn) {
        var more = whole;
        for (int run = 0; run < MOVED_RUNS && goesOn.test(more); run++) {
            more = more.and(device.moved(numbers, run));
        }
        return more;
    }
}
