package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Fusion;
import pleat.ir.derive.Simplify;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Puts the formula of a map in the place of its element.  {@code e = -x[i]; y = e[i] * 2  ->  y = -x[i] * 2}
 *
 * <p>What is put where: see Note [Worth inlining].
 */
public final class FuseMaps {
    public static final String NAME = "fuse-maps";
    public static final String SUMMARY = "Inlines maps that cost nothing, or with {one-use} those that have one reader.";

    /** How far the pass goes. */
    public enum Reach {
        /** Only maps that cost nothing where they are read: moves, constants, one sign or scale. */
        FREE,
        /** Also maps that one op reads, each element once. */
        ONE_USE;

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Scalar operations beyond which an inlined body is no longer a simple one; later stages keep a value of each in a register.
     */
    private static final int LARGEST_BODY = 64;

    private FuseMaps() {}

    public static Pass of(Reach reach) {
        String name = reach == Reach.FREE ? NAME : NAME + "{" + reach.text() + "}";
        return new Pass(name, SUMMARY, needs(Invariant.NORMAL_FORM), gives(), module -> run(module, reach));
    }

    private static TensorModule run(TensorModule module, Reach reach) {
        return Rebuild.eachFunction(module, function -> run(function, reach));
    }

    private static Function run(Function function, Reach reach) {
        var uses = Uses.of(function);
        var current = new LinkedHashMap<Value, Op.Compute>();
        var inlined = new LinkedHashSet<Value>();
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            Op next = op;
            if (op instanceof Op.Compute reader) {
                var grown = grow(reader, current, uses, reach, inlined);
                current.put(grown.result(), grown);
                next = grown;
            }
            body.add(next);
        }
        return inlined.isEmpty() ? function : Rebuild.function(function, withoutUnread(body, function, inlined), value -> value);
    }

    /** Inlines into a reader until nothing more is worth it. */
    private static Op.Compute grow(Op.Compute reader, Map<Value, Op.Compute> producers, Uses uses, Reach reach,
            Set<Value> inlined) {
        var current = reader;
        var next = step(current, producers, uses, reach, inlined);
        while (next.isPresent()) {
            current = next.get();
            next = step(current, producers, uses, reach, inlined);
        }
        return current;
    }

    private static Optional<Op.Compute> step(Op.Compute reader, Map<Value, Op.Compute> producers, Uses uses, Reach reach,
            Set<Value> inlined) {
        for (Value operand : new LinkedHashSet<>(reader.operands())) {
            var producer = producers.get(operand);
            boolean isWorthIt = producer != null && producer.equation().isMap()
                    && (isFree(producer, reader) || reach == Reach.ONE_USE && isUsedOnce(producer, reader, uses));
            if (isWorthIt && Fusion.inline(producer, reader) instanceof Derived.Yes<Op.Compute>(Op.Compute fused)) {
                inlined.add(operand);
                return Optional.of(Simplify.of(fused));
            }
        }
        return Optional.empty();
    }

    private static boolean isFree(Op.Compute producer, Op.Compute reader) {
        // In a reduction even a sign would be paid for at every reduced point.
        return switch (producer.equation().body()) {
            case Scalar.Const _ -> true;
            case Scalar.Read(int read) -> !producer.equation().reads().get(read).guarded();
            case Scalar.Unary(Scalar.Fn1 fn, Scalar.Read(int read)) -> reader.equation().isMap() && fn == Scalar.Fn1.NEG
                    && !producer.equation().reads().get(read).guarded();
            case Scalar.Binary(Scalar.Fn2 fn, Scalar.Read(int read), Scalar.Const _) -> reader.equation().isMap() && isLinear(fn)
                    && !producer.equation().reads().get(read).guarded();
            case Scalar.Binary(Scalar.Fn2 fn, Scalar.Const _, Scalar.Read(int read)) -> reader.equation().isMap() && isLinear(fn)
                    && !producer.equation().reads().get(read).guarded();
            case Scalar.Position _, Scalar.Extent _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> false;
        };
    }

    private static boolean isLinear(Scalar.Fn2 fn) {
        return switch (fn) {
            case ADD, SUB, MUL -> true;
            case DIV, MAX, MIN, POW, LT, LE, EQ -> false;
        };
    }

    private static boolean isUsedOnce(Op.Compute producer, Op.Compute reader, Uses uses) {
        return uses.hasOneReader(producer.result()) && !Fusion.duplicatesWork(producer, reader)
                && size(producer.equation().body()) + size(reader.equation().body()) <= LARGEST_BODY;
    }

    private static int size(Scalar body) {
        int[] nodes = {0};
        body.visit(_ -> nodes[0]++);
        return nodes[0];
    }

    /** Drops producers that were inlined everywhere; what was unread before is left to dce. */
    private static List<Op> withoutUnread(List<Op> body, Function function, Set<Value> inlined) {
        var kept = new ArrayList<Op>();
        var read = new LinkedHashSet<>(function.results());
        for (Op op : body.reversed()) {
            boolean isGone = op.results().stream().allMatch(value -> inlined.contains(value) && !read.contains(value));
            if (!isGone || op.results().isEmpty()) {
                kept.addFirst(op);
                read.addAll(op.operands());
            }
        }
        return kept;
    }
}

/* Note [Worth inlining]
   Inlining saves a store and a load per element and costs the producer's arithmetic wherever it is evaluated again. Therefore
   - a move (a bare read, transposed, sliced or broadcast) or a constant goes into every reader;
   - one sign, or one addition or multiplication with a constant, goes into every map, but not under a reduction, where it would
     be done once per reduced point;
   - with {one-use}, any map goes into the only op that reads it if each element is evaluated once; the only reader may reduce
     (then the map is evaluated while its element is consumed), but not if it reads elements repeatedly, as a contraction does.
   A reduction is never inlined here. Guarded reads are left alone where the producer may have several readers: the guard would be
   tested in each. Grouping several equations into one kernel without making them one equation is the tile builder's work. */
