package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Index;
import pleat.ir.type.Dim;

/**
 * A change of variables that turns one read of an equation into a write: {@code x[i + r]} becomes a write at a new axis j with
 * {@code i = j - r}. The box over the new axes covers that of the old ones and may be larger; the old axes' bounds must then be
 * kept by guards.
 *
 * @param axes the new axes
 * @param old for each old axis its value over the new ones
 * @param write the read's subscripts over the new axes
 * @param matched dims whose subscript could not be solved: the write's axis there is one more loop, and only the points where it
 *        equals the read's old subscript count
 */
record Inversion(ImmutableList<Axis> axes, ImmutableList<Index> old, Access write, ImmutableList<Integer> matched) {

    /**
     * Bare where it can be: see {@link Solver}. A subscript like {@code h*32 + c} that reaches each place once stays as it is.
     */
    static Inversion of(Equation equation, Access read, List<Dim> dims) {
        var solver = new Solver(equation, read, dims);
        solver.solve();
        // What is solved for one dim can carry another one out of bounds; an unguarded read is a write as it stands.
        return solver.staysInside() ? solver.result() : new Solver(equation, read, dims).result();
    }

    /** Whether an old axis may leave its bounds. */
    boolean isLoose(int axis, Axis before) {
        return !Subscripts.isInside(old.get(axis), axes, before.extent());
    }

    /**
     * Solves subscripts for axes with coefficient 1 or -1. New axes are numbered: position a is what is left of old axis a,
     * position {@code count + d} is the new axis of dim d.
     */
    private static final class Solver {
        private final Equation equation;
        private final Access read;
        private final List<Dim> dims;
        private final int count;
        private final Index[] values;
        private final List<Axis> axes;
        private final boolean[] fixed;
        private final boolean[] solvedDims;
        private final Index[] news;
        private final ImmutableList.Builder<Integer> matched = ImmutableList.builder();

        Solver(Equation equation, Access read, List<Dim> dims) {
            this.equation = equation;
            this.read = read;
            this.dims = dims;
            this.count = equation.axes().size();
            this.values = new Index[count];
            this.axes = new ArrayList<>(equation.axes());
            this.fixed = new boolean[count];
            this.solvedDims = new boolean[read.rank()];
            this.news = IntStream.range(0, read.rank()).mapToObj(d -> Index.axis(count + d)).toArray(Index[]::new);
            for (int a = 0; a < count; a++) {
                values[a] = Index.axis(a);
            }
            dims.forEach(dim -> axes.add(new Axis("j", dim)));
        }

        void solve() {
            for (int d = 0; d < read.rank(); d++) {
                var bare = read.subscripts().get(d).bareAxis();
                if (bare.isPresent() && axes.get(bare.getAsInt()).extent().equals(dims.get(d))) {
                    fixed[bare.getAsInt()] = true;
                }
            }
            for (int d = 0; d < read.rank(); d++) {
                solve(d);
            }
            for (int d = 0; d < read.rank() && read.guarded(); d++) {
                if (!isInside(d) && !shrink(d)) {
                    match(d);
                }
            }
        }

        boolean staysInside() {
            return IntStream.range(0, read.rank()).allMatch(this::isInside);
        }

        private boolean isInside(int d) {
            return Subscripts.isInside(write(d), axes, dims.get(d));
        }

        Inversion result() {
            for (int d = 0; d < read.rank(); d++) {
                var bare = write(d).bareAxis();
                // A write at a bare axis says that the axis is as long as the dim.
                if (bare.isPresent() && !axes.get(bare.getAsInt()).extent().equals(dims.get(d))) {
                    match(d);
                }
            }
            return compressed();
        }

        private void match(int d) {
            news[d] = Index.axis(axes.size());
            axes.add(new Axis("j", dims.get(d)));
            solvedDims[d] = true;
            matched.add(d);
        }

        private void solve(int d) {
            var subscript = read.subscripts().get(d);
            boolean plain = subscript.bareAxis().isPresent() && fixed[subscript.bareAxis().getAsInt()];
            boolean keeps = subscript.terms().isEmpty() || subscript.terms().size() > 1 && !read.guarded()
                    && Subscripts.isInjective(Access.of(subscript), equation.axes());
            if (plain || keeps) {
                return;
            }
            var current = subscript.substitute(a -> values[a]);
            pivot(current).ifPresent(pivot -> {
                var rest = current.plus(Index.axis(pivot.axis()).times(-pivot.coefficient()));
                var value = Index.axis(count + d).plus(rest.times(-1)).times(pivot.coefficient());
                for (int a = 0; a < count; a++) {
                    values[a] = values[a].substitute(b -> b == pivot.axis() ? value : Index.axis(b));
                }
                axes.set(count + d, new Axis(axes.get(pivot.axis()).name(), dims.get(d)));
                solvedDims[d] = true;
            });
        }

        /**
         * Prefers an axis of the write, whose bounds the adjoint's own guard keeps; then the longest, because the others stay
         * loops.
         */
        private Optional<Term> pivot(Index subscript) {
            return subscript.terms().stream().filter(t -> t.axis() < count && !fixed[t.axis()] && Math.abs(t.coefficient()) == 1)
                    .max(Comparator.comparing((Term t) -> equation.write().uses(t.axis()))
                            .thenComparingLong(t -> Subscripts.largest(equation.axes().get(t.axis()).extent()))
                            .thenComparingInt(t -> -t.axis()));
        }

        private Index write(int d) {
            return solvedDims[d] ? news[d] : read.subscripts().get(d).substitute(a -> values[a]);
        }

        /**
         * Cuts the positions of {@code c*a + o} that leave the dim off axis a; false if that is not how it leaves, or none are
         * left.
         */
        private boolean shrink(int d) {
            var subscript = write(d);
            if (subscript.terms().size() != 1 || !dims.get(d).isKnown()
                    || !axes.get(subscript.terms().getFirst().axis()).extent().isKnown()) {
                return false;
            }
            var term = subscript.terms().getFirst();
            var axis = axes.get(term.axis());
            var inside = LongStream.range(0, axis.extent().known())
                    .filter(p -> isWithin(subscript.offset() + term.coefficient() * p, d))
                    .summaryStatistics();
            if (inside.getCount() == 0) {
                return false;
            }
            axes.set(term.axis(), new Axis(axis.name(), Dim.of(inside.getCount())));
            var moved = Index.axis(term.axis()).plus(Index.constant(inside.getMin()));
            Arrays.setAll(values, a -> values[a].substitute(b -> b == term.axis() ? moved : Index.axis(b)));
            Arrays.setAll(news, n -> news[n].substitute(b -> b == term.axis() ? moved : Index.axis(b)));
            return true;
        }

        private boolean isWithin(long position, int d) {
            return position >= 0 && position < dims.get(d).known();
        }

        /** Drops the axes that nothing is left of. */
        private Inversion compressed() {
            var place = new int[axes.size()];
            var left = ImmutableList.<Axis>builder();
            int next = 0;
            for (int a = 0; a < axes.size(); a++) {
                int axis = a;
                place[a] = next;
                if (Arrays.stream(values).anyMatch(v -> v.uses(axis)) || IntStream.range(0, read.rank())
                        .anyMatch(d -> write(d).uses(axis))) {
                    left.add(axes.get(a));
                    next++;
                }
            }
            var old = Arrays.stream(values).map(v -> v.substitute(a -> Index.axis(place[a])))
                    .collect(ImmutableList.toImmutableList());
            var write = IntStream.range(0, read.rank()).mapToObj(d -> write(d).substitute(a -> Index.axis(place[a]))).toList();
            return new Inversion(left.build(), old, Access.of(write), matched.build());
        }
    }
}
