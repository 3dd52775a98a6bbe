package pleat.passes.reduce;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Verifier;
import pleat.passes.Dce;

/**
 * Makes a module smaller while it stays interesting: what is left shows the same failure in a few lines. Every step gives a module that the
 * verifier accepts; the first smaller one that is interesting is taken, until there is none.
 */
public final class Reducer {
    /** Coarse cuts first: each that succeeds spares many of the fine ones. */
    private static final List<Function<TensorModule, Stream<TensorModule>>> WAYS = List.of(Cuts::functionsInlined, Cuts::oneReturn,
            Cuts::earlierReturns, Cuts::opsAsParameters, Cuts::unusedParameters, SmallerExtents::of, SmallerBodies::of);

    private Reducer() {}

    /**
     * @param isInteresting holds for {@code module}; an exception means that it does not
     * @throws IllegalArgumentException if the module is not interesting to begin with
     */
    public static TensorModule reduce(TensorModule module, Predicate<TensorModule> isInteresting) {
        if (!isInteresting.test(module)) {
            throw new IllegalArgumentException("the module is not interesting to begin with");
        }
        var current = module;
        boolean progress = true;
        while (progress) {
            progress = false;
            for (var way : WAYS) {
                var next = exhaust(current, way, isInteresting);
                progress |= next != current;
                current = next;
            }
        }
        return current;
    }

    private static TensorModule exhaust(TensorModule module, Function<TensorModule, Stream<TensorModule>> way, Predicate<TensorModule> isInteresting) {
        var current = module;
        while (true) {
            var next = way.apply(current).map(Dce.PASS::apply).filter(smaller -> Verifier.check(smaller).isEmpty()).filter(isInteresting).findFirst();
            if (next.isEmpty()) {
                return current;
            }
            current = next.get();
        }
    }
}
