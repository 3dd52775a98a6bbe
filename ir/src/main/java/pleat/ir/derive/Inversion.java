package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * @param matches subscripts that could not be solved: the write's axis there is one more loop, and only the points count where
 *        both are equal
 * @param grid for each dim which places of the tensor the write's places are
 */
record Inversion(ImmutableList<Axis> axes, ImmutableList<Index> old, Access write, ImmutableList<Windows.Match> matches,
        ImmutableList<Windows.Grid> grid) {

    /**
     * Bare where it can be: see {@link Solver}. A subscript like {@code h*32 + c} that reaches each place once stays as it is, and
     * one that reaches places several times in windows is regrouped before ({@link Windows}).
     */
    static Inversion of(Equation equation, Access read, List<Dim> dims) {
        var windows = Windows.of(equation, read, dims);
        var written = ImmutableSet.<Integer>builder();
        for (int a = 0; a < equation.axes().size(); a++) {
            if (equation.write().uses(a)) {
                windows.old().get(a).terms().forEach(term -> written.add(term.axis()));
            }
        }
        var solver = new Solver(windows, written.build());
        solver.solve();
        // What is solved for one dim can carry another one out of bounds; an unguarded read is a write as it stands.
        return solver.staysInside() ? solver.result() : new Solver(windows, written.build()).result();
    }

    /** The extents of what is written: the tensor's own, or those of a grid that is cut to the tensor afterwards. */
    ImmutableList<Dim> dims() {
        return grid.stream().map(Windows.Grid::extent).collect(ImmutableList.toImmutableList());
    }

    /** Whether the write's places are those of a tensor of these dims. */
    boolean isWhole(List<Dim> tensor) {
        return IntStream.range(0, grid.size()).allMatch(d -> grid.get(d).isWhole(tensor.get(d)));
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
        private final Windows windows;
        private final Set<Integer> written;
        private final Access read;
        private final List<Dim> dims;
        private final int count;
        private final Index[] values;
        private final List<Axis> axes;
        private final boolean[] fixed;
        private final boolean[] solvedDims;
        private final Index[] news;
        private final ImmutableList.Builder<Integer> matched = ImmutableList.builder();

        /** @param written axes of which the equation's write depends */
        Solver(Windows windows, Set<Integer> written) {
            this.windows = windows;
            this.written = written;
            this.read = windows.read();
            this.dims = windows.dims();
            this.count = windows.axes().size();
            this.values = new Index[count];
            this.axes = new ArrayList<>(windows.axes());
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
            boolean keeps = subscript.terms().isEmpty() || subscript.terms().size() > 1
                    && (!read.guarded() || Subscripts.isInside(subscript, windows.axes(), dims.get(d)))
                    && Subscripts.isInjective(Access.of(subscript), windows.axes());
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
                    .max(Comparator.comparing((Term t) -> written.contains(t.axis()))
                            .thenComparingLong(t -> Subscripts.largest(windows.axes().get(t.axis()).extent()))
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
            var kept = Arrays.stream(values).map(v -> v.substitute(a -> Index.axis(place[a]))).toList();
            var old = windows.old().stream().map(v -> v.substitute(kept::get)).collect(ImmutableList.toImmutableList());
            var write = IntStream.range(0, read.rank()).mapToObj(d -> write(d).substitute(a -> Index.axis(place[a]))).toList();
            var matches = ImmutableList.<Windows.Match>builder();
            windows.matches().forEach(match -> matches.add(match.substitute(kept::get)));
            matched.build().forEach(d -> matches.add(new Windows.Match(write.get(d), read.subscripts().get(d).substitute(kept::get))));
            return new Inversion(left.build(), old, Access.of(write), matches.build(), windows.grid());
        }
    }
}
