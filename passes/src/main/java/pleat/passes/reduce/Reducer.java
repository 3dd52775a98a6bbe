package pleat.passes.reduce;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Verifier;

/**
 * Makes a module that has some property, such as making a pass fail, as small as it can while it keeps that property. Every
 * candidate verifies, so what is left is a program and not a ruin; a module that does not verify itself is the exception.
 */
public final class Reducer {
    /** Those that take most away come first. */
    private static final List<Move> MOVES = List.of(new InlineCalls(), new DropReturns(), new ReplaceOps(), new ReturnOperands(),
            new RepeatOnce(), new SimplifyBodies(), new ShrinkExtents());

    private final Predicate<TensorModule> keep;
    private final Consumer<String> log;
    private final boolean verifies;
    private int limit;

    private Reducer(Predicate<TensorModule> keep, Consumer<String> log, boolean verifies, int limit) {
        this.keep = keep;
        this.log = log;
        this.verifies = verifies;
        this.limit = limit;
    }

    /**
     * @param keep the property; it holds for {@code module}
     * @param limit how often the property is asked for at most
     * @param log gets a line for each step
     */
    public static TensorModule reduce(TensorModule module, Predicate<TensorModule> keep, int limit, Consumer<String> log) {
        checkArgument(keep.test(module), "the module does not have the property that is to be kept");
        return new Reducer(keep, log, Verifier.check(module).isEmpty(), limit).run(module);
    }

    /** With no limit and no log. */
    public static TensorModule reduce(TensorModule module, Predicate<TensorModule> keep) {
        return reduce(module, keep, Integer.MAX_VALUE, _ -> {
        });
    }

    private TensorModule run(TensorModule module) {
        var current = module;
        boolean shrinks = true;
        while (shrinks) {
            shrinks = false;
            for (Move move : MOVES) {
                Optional<TensorModule> next = firstKept(move, current);
                while (next.isPresent()) {
                    shrinks = true;
                    current = next.get();
                    log.accept("%-16s %s".formatted(move.getClass().getSimpleName(), Size.of(current)));
                    next = firstKept(move, current);
                }
            }
        }
        if (limit == 0) {
            log.accept("the limit is reached; a higher one may find a smaller module");
        }
        return current;
    }

    private Optional<TensorModule> firstKept(Move move, TensorModule module) {
        Size size = Size.of(module);
        return move.candidates(module).takeWhile(_ -> limit > 0).map(this::made).flatMap(Optional::stream)
                .filter(candidate -> Size.of(candidate).compareTo(size) < 0).filter(this::isKept).findFirst();
    }

    /** A module that does not verify may be so wrong that it cannot be taken apart at every place. */
    private Optional<TensorModule> made(Supplier<TensorModule> candidate) {
        if (verifies) {
            return Optional.of(candidate.get());
        }
        try {
            return Optional.of(candidate.get());
        } catch (RuntimeException _) {
            return Optional.empty();
        }
    }

    private boolean isKept(TensorModule candidate) {
        if (verifies && !Verifier.check(candidate).isEmpty()) {
            return false;
        }
        limit--;
        return keep.test(candidate);
    }
}
