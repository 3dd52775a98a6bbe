package pleat.cli.tune;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.stream.IntStream;
import pleat.ir.kernel.Kernel;

/**
 * A kernel and how it may be cut.
 *
 * @param ways the tile builder's own first
 * @param model place of the one that the model of costs takes
 */
record TunedKernel(ImmutableList<Way> ways, int model) {

    /**
     * One way to cut it.
     *
     * @param expected seconds by the model
     * @param found seconds by the trial
     */
    record Way(Kernel kernel, double expected, double found) {}

    TunedKernel {
        checkArgument(model >= 0 && model < ways.size(), "the model takes %s of %s", model, ways.size());
    }

    Way first() {
        return ways.getFirst();
    }

    Way ofModel() {
        return ways.get(model);
    }

    /** That with the shortest time found; of equal ones what comes first. */
    Way best() {
        return ways.get(IntStream.range(0, ways.size()).boxed().min(Comparator.comparingDouble(way -> ways.get(way).found())).orElseThrow());
    }

    /** Time found of what the model takes, over that of the best. */
    double ratio() {
        return best().found() == 0 ? 1 : ofModel().found() / best().found();
    }
}
