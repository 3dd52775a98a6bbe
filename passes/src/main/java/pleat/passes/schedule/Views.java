package pleat.passes.schedule;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.Value;

/**
 * Equations of a function that need not be computed, because a loop can step through windows of what they move: values that are cut into
 * chunks for a repetition, and chunks that a repetition collects to one value.
 *
 * @param cuts for each stack of chunks where the chunks lie
 * @param ops the equations
 */
record Views(ImmutableMap<Value, Cut> cuts, ImmutableSet<Op> ops) {

    /**
     * Chunk n is positions {@code start + width * n} to {@code start + width * (n + 1) - 1} of a dim.
     *
     * @param root the value that has all chunks
     */
    record Cut(Value root, int dim, long start, long width) {}

    /**
     * @param isPacked whether a value may lie in panels, of which there are no windows
     * @param pieces of what a copy is better than a window
     */
    static Views of(Function function, Predicate<Value> isPacked, Pieces pieces) {
        var search = new Search(function, isPacked, pieces);
        function.body().forEach(search::look);
        return new Views(ImmutableMap.copyOf(search.cuts), ImmutableSet.copyOf(search.ops));
    }

    private static final class Search {
        private final Map<Value, Set<Op>> readers = new LinkedHashMap<>();
        private final Map<Value, Op> makers = new LinkedHashMap<>();
        private final Set<Value> returned;
        private final Predicate<Value> isPacked;
        private final Pieces pieces;
        private final Map<Value, Cut> cuts = new LinkedHashMap<>();
        private final Set<Op> ops = new LinkedHashSet<>();

        Search(Function function, Predicate<Value> isPacked, Pieces pieces) {
            this.isPacked = isPacked;
            this.pieces = pieces;
            returned = new LinkedHashSet<>(function.results());
            function.body().forEach(op -> {
                op.results().forEach(value -> makers.put(value, op));
                op.operands().forEach(value -> readers.computeIfAbsent(value, _ -> new LinkedHashSet<>()).add(op));
            });
        }

        void look(Op op) {
            if (op instanceof Compute compute && compute.equation().isMap()) {
                split(compute).ifPresent(cut -> add(compute, compute.result(), cut));
                merge(compute);
            }
        }

        private void add(Op op, Value stack, Cut cut) {
            cuts.put(stack, cut);
            ops.add(op);
        }

        private boolean isReadBy(Value value, Predicate<Op> reader) {
            return !returned.contains(value) && readers.containsKey(value) && readers.get(value).stream().allMatch(reader);
        }

        /** {@code view[n, .., i, ..] = root[.., start + width*n + i, ..]}, gone over by repetitions alone. */
        private Optional<Cut> split(Compute op) {
            var equation = op.equation();
            boolean isMove = equation.body().equals(Scalar.read(0)) && equation.reads().size() == 1 && isIdentity(equation.write());
            if (!isMove || equation.reads().getFirst().guarded() || !isReadBy(op.result(), reader -> isSliced(reader, op.result()))) {
                return Optional.empty();
            }
            return chunks(equation.reads().getFirst(), equation).map(at -> new Cut(op.operands().getFirst(), at.dim(), at.start(), at.width()))
                    .filter(cut -> !cuts.containsKey(cut.root()) && !isPacked.test(cut.root()) && pieces.stay(op.result(), cut.dim()));
        }

        private static boolean isSliced(Op reader, Value value) {
            return reader instanceof Repeat repeat && repeat.sliced().contains(value) && !repeat.carried().contains(value) && !repeat.invariant().contains(value);
        }

        /** {@code merged[.., width*n + i, ..] = chunks[n, .., i, ..]} of what a repetition collects, alone or as a part of a larger value. */
        private void merge(Compute op) {
            var equation = op.equation();
            boolean isMove = equation.body().equals(Scalar.read(0)) && equation.reads().size() == 1 && isIdentity(equation.reads().getFirst());
            if (!isMove || !isCollected(op.operands().getFirst()) || !isReadBy(op.operands().getFirst(), reader -> reader == op)) {
                return;
            }
            chunks(equation.write(), equation).filter(at -> at.start() == 0 && pieces.stay(op.operands().getFirst(), at.dim())).ifPresent(at -> {
                var larger = readers.getOrDefault(op.result(), Set.of()).stream().findFirst().filter(Compute.class::isInstance).map(Compute.class::cast)
                        .filter(reader -> isReadBy(op.result(), other -> other == reader)).flatMap(this::concatenation);
                if (larger.isEmpty()) {
                    add(op, op.operands().getFirst(), new Cut(op.result(), at.dim(), 0, at.width()));
                } else if (larger.get().dim() == at.dim()) {
                    long start = larger.get().starts().get(larger.get().op().operands().indexOf(op.result()));
                    add(op, op.operands().getFirst(), new Cut(larger.get().op().result(), at.dim(), start, at.width()));
                    ops.add(larger.get().op());
                }
            });
        }

        private boolean isCollected(Value value) {
            return makers.get(value) instanceof Repeat repeat && repeat.results().indexOf(value) >= repeat.carried().size();
        }

        private record Concatenation(Compute op, int dim, List<Long> starts) {}

        /** {@code y[.., i, ..] = first?[.., i, ..] + rest?[.., i - n, ..]} of two values that are merged from chunks. */
        private Optional<Concatenation> concatenation(Compute op) {
            var equation = op.equation();
            boolean isSum = equation.isMap() && equation.reads().size() == 2 && isIdentity(equation.write())
                    && equation.body().equals(Scalar.read(0).plus(Scalar.read(1))) && equation.reads().stream().allMatch(Access::guarded);
            if (!isSum || !isIdentity(equation.reads().get(0))) {
                return Optional.empty();
            }
            var first = op.operands().get(0).type().dims();
            var dims = IntStream.range(0, first.size()).filter(d -> !first.get(d).equals(equation.dims().get(d))).boxed().toList();
            if (dims.size() != 1) {
                return Optional.empty();
            }
            int dim = dims.getFirst();
            if (!op.operands().stream().allMatch(part -> isMerged(part, dim))) {
                return Optional.empty();
            }
            long start = first.get(dim).known();
            boolean isRest = start + op.operands().get(1).type().dims().get(dim).known() == equation.dims().get(dim).known();
            for (int d = 0; d < first.size(); d++) {
                isRest &= equation.reads().get(1).subscripts().get(d).equals(d == dim ? Index.axis(d).plus(Index.constant(-start)) : Index.axis(d));
            }
            return isRest ? Optional.of(new Concatenation(op, dim, List.of(0L, start))) : Optional.empty();
        }

        private boolean isMerged(Value value, int dim) {
            return makers.get(value) instanceof Compute op && op.equation().isMap() && op.operands().size() == 1 && isCollected(op.operands().getFirst())
                    && isReadBy(op.operands().getFirst(), reader -> reader == op) && readers.get(value).size() == 1 && !returned.contains(value)
                    && chunks(op.equation().write(), op.equation()).filter(at -> at.start() == 0 && at.dim() == dim).isPresent()
                    && pieces.stay(op.operands().getFirst(), dim);
        }
    }

    private static boolean isIdentity(Access access) {
        return IntStream.range(0, access.rank()).allMatch(d -> access.subscripts().get(d).equals(Index.axis(d)));
    }

    private record Chunks(int dim, long start, long width) {}

    /** Axis 0 counts chunks of one dim, axis d + 1 steps through dim d. */
    private static Optional<Chunks> chunks(Access access, Equation equation) {
        if (access.rank() + 1 != equation.axes().size()) {
            return Optional.empty();
        }
        Chunks found = null;
        for (int d = 0; d < access.rank(); d++) {
            var subscript = access.subscripts().get(d);
            if (subscript.equals(Index.axis(d + 1))) {
                continue;
            }
            long width = equation.axes().get(d + 1).extent().known();
            boolean isChunk = found == null && subscript.equals(Index.axis(0).times(width).plus(Index.axis(d + 1)).plus(Index.constant(subscript.offset())));
            if (!isChunk) {
                return Optional.empty();
            }
            found = new Chunks(d, subscript.offset(), width);
        }
        return Optional.ofNullable(found);
    }
}
