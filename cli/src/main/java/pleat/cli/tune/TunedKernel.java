package pleat.cli.tune;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.OptionalDouble;
import pleat.ir.kernel.Kernel;

/**
 * A kernel and how it may be cut.
 *
 * @param ways the tile builder's own first
 * @param model place of the one that the model of costs takes, which was tried
 */
record TunedKernel(ImmutableList<Way> ways, int model) {

    /**
     * One way to cut it.
     *
     * @param expected seconds by the model
     * @param found seconds by the trial; empty: it was not tried
     */
    record Way(Kernel kernel, double expected, OptionalDouble found) {}

    TunedKernel {
        checkArgument(model >= 0 && model < ways.size(), "the model takes %s of %s", model, ways.size());
        checkArgument(ways.get(model).found().isPresent(), "way %s is the model's and was not tried", model);
    }

    ImmutableList<Kernel> kernels() {
        return ways.stream().map(Way::kernel).collect(ImmutableList.toImmutableList());
    }

    Way first() {
        return ways.getFirst();
    }

    Way ofModel() {
        return ways.get(model);
    }

    /** That with the shortest time found; of equal ones what comes first. */
    Way best() {
        return ways.stream().filter(way -> way.found().isPresent()).min(Comparator.comparingDouble(way -> way.found().getAsDouble())).orElseThrow();
    }

    /** Time found of what the model takes, over that of the best. */
    double ratio() {
        double best = best().found().getAsDouble();
        return best == 0 ? 1 : ofModel().found().getAsDouble() / best;
    }
}
