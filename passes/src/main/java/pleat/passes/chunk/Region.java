package pleat.passes.chunk;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/**
 * The equations of a function that can be computed chunk by chunk along one axis: those that a value depends on, up to what is needed
 * whole, what others need too, and what is not cut along one dim. See Note [What a chunk loop holds].
 *
 * @param inside each equation of the region, in the order of the function, and the dim of its result that is cut
 * @param repeated those of them that stay where they were as well, because somebody outside reads them
 * @param sliced what the region reads a chunk of, and along which dims
 * @param whole what it reads all of in every chunk
 */
public record Region(ImmutableMap<Compute, Integer> inside, ImmutableSet<Compute> repeated, ImmutableSetMultimap<Value, Integer> sliced,
        ImmutableSet<Value> whole) {

    /** Stands for a dim where no dim is cut. */
    static final int ALL = -1;

    /** @param stops values that are not to be in the region, because another one makes them */
    public static Optional<Region> of(Function function, Value value, int dim, Set<Value> stops) {
        var search = new Search(function, value, stops);
        return search.grow(dim) ? Optional.of(search.region()) : Optional.empty();
    }

    /** Values that exist only while a chunk of them is computed. */
    public Set<Value> inner(Value result) {
        var inner = new LinkedHashSet<Value>();
        inside.keySet().stream().filter(op -> !repeated.contains(op) && op.result() != result).forEach(op -> inner.add(op.result()));
        return inner;
    }

    private static final class Search {
        private final List<Op> body;
        private final Value value;
        private final Set<Value> stops;
        private final Set<Value> returned;
        private final Map<Value, Set<Op>> readers = new LinkedHashMap<>();
        private final Map<Value, Set<Integer>> needs = new LinkedHashMap<>();
        private final Map<Compute, Integer> inside = new LinkedHashMap<>();
        private final Set<Compute> repeated = new LinkedHashSet<>();

        Search(Function function, Value value, Set<Value> stops) {
            this.body = function.body();
            this.value = value;
            this.stops = stops;
            this.returned = new LinkedHashSet<>(function.results());
            body.forEach(op -> op.operands().forEach(v -> readers.computeIfAbsent(v, _ -> new LinkedHashSet<>()).add(op)));
        }

        boolean grow(int dim) {
            needs.put(value, new LinkedHashSet<>(Set.of(dim)));
            // Readers come later in the text, so they are decided when their operands are looked at.
            for (Op op : body.reversed()) {
                if (op instanceof Compute compute && needs.containsKey(compute.result())) {
                    consider(compute, needs.get(compute.result()));
                }
            }
            return inside.keySet().stream().anyMatch(op -> op.result() == value);
        }

        private void consider(Compute op, Set<Integer> wanted) {
            var cut = wanted.size() == 1 && !wanted.contains(ALL) ? cuts(op, wanted.iterator().next()) : Optional.<int[]>empty();
            if (cut.isEmpty() || stops.contains(op.result())) {
                return;
            }
            boolean isOwn = op.result() == value || !returned.contains(op.result())
                    && readers.get(op.result()).stream().allMatch(reader -> inside.containsKey(reader) && !repeated.contains(reader));
            if (!isOwn && !isCheapAgain(op, cut.get())) {
                return;
            }
            inside.put(op, wanted.iterator().next());
            if (!isOwn) {
                repeated.add(op);
            }
            for (int r = 0; r < op.operands().size(); r++) {
                needs.computeIfAbsent(op.operands().get(r), _ -> new LinkedHashSet<>()).add(cut.get()[r]);
            }
        }

        /** Whether it takes no more than a pass over what it reads, and no more has to be there than if its result were. */
        private boolean isCheapAgain(Compute op, int[] cut) {
            double points = op.equation().axes().stream().mapToDouble(axis -> axis.extent().known()).reduce(1, (a, b) -> a * b);
            double most = op.operands().stream().mapToDouble(v -> v.type().elements()).reduce(op.result().type().elements(), Math::max);
            double fresh = IntStream.range(0, cut.length).filter(r -> !needs.getOrDefault(op.operands().get(r), Set.of()).contains(cut[r]))
                    .mapToDouble(r -> op.operands().get(r).type().elements()).sum();
            return points <= most && fresh <= 1.25 * op.result().type().elements();
        }

        Region region() {
            var ordered = ImmutableMap.<Compute, Integer>builder();
            body.stream().filter(inside::containsKey).map(Compute.class::cast).forEach(op -> ordered.put(op, inside.get(op)));
            var made = new LinkedHashSet<Value>();
            inside.keySet().forEach(op -> made.add(op.result()));
            var sliced = ImmutableSetMultimap.<Value, Integer>builder();
            var whole = new LinkedHashSet<Value>();
            needs.forEach((v, dims) -> dims.forEach(dim -> {
                if (!made.contains(v) && dim == ALL) {
                    whole.add(v);
                } else if (!made.contains(v)) {
                    sliced.put(v, dim);
                }
            }));
            return new Region(ordered.build(), ImmutableSet.copyOf(repeated), sliced.build(), ImmutableSet.copyOf(whole));
        }
    }

    /**
     * Which dim of each operand a chunk of dim {@code dim} of the result needs a chunk of, {@link #ALL} for those that it needs all of; empty if the
     * equation cannot be cut there.
     */
    static Optional<int[]> cuts(Compute op, int dim) {
        Equation equation = op.equation();
        var axis = equation.write().subscripts().get(dim).bareAxis();
        if (axis.isEmpty() || usesPosition(equation.body(), axis.getAsInt()) || !equation.dims().get(dim).equals(equation.axes().get(axis.getAsInt()).extent())
                || equation.write().subscripts().stream().filter(s -> s.uses(axis.getAsInt())).count() > 1) {
            return Optional.empty();
        }
        var cuts = new int[equation.reads().size()];
        for (int r = 0; r < cuts.length; r++) {
            var cut = cut(equation.reads().get(r), axis.getAsInt());
            if (cut.isEmpty() || cut.get() != ALL && op.operands().get(r).type().dims().get(cut.get()).known() < op.result().type().dims().get(dim).known()) {
                return Optional.empty();
            }
            cuts[r] = cut.get();
        }
        return Optional.of(cuts);
    }

    private static Optional<Integer> cut(Access read, int axis) {
        var using = IntStream.range(0, read.rank()).filter(d -> read.subscripts().get(d).uses(axis)).boxed().toList();
        if (using.isEmpty()) {
            return Optional.of(ALL);
        }
        boolean isBare = using.size() == 1 && read.subscripts().get(using.getFirst()).bareAxis().isPresent();
        return isBare ? Optional.of(using.getFirst()) : Optional.empty();
    }

    private static boolean usesPosition(Scalar body, int axis) {
        var uses = new boolean[1];
        body.visit(node -> uses[0] |= node instanceof Scalar.Position(int a) && a == axis || node instanceof Scalar.Extent(int b) && b == axis);
        return uses[0];
    }
}

/*
 * Note [What a chunk loop holds]
 *
 * From a value backwards along the axis that is cut. An equation comes in if nobody outside reads its result: then no work is done twice.
 * An equation that others read too comes in as well if it is a pass over a tensor that is there in any case, such as a layer norm: computing it
 * again for each chunk costs less than keeping its result. It ends at values that are needed whole (the other factor of a triangle product, the bias
 * of an attention), at those that a product makes for others too, and at residual streams, of which two operands would have to be there
 * instead of one.
 */
