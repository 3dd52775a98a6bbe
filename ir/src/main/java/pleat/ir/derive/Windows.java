package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Index.Term;
import pleat.ir.type.Dim;

/**
 * A change of variables for a read that several points share, such as {@code x?[32*w + t - 48]}, under which the points of one place
 * are few loops next to each other: see Note [Windows]. The read then takes places of a grid, whole blocks of the tensor.
 *
 * @param axes the new axes
 * @param old for each old axis its value over the new ones, which may leave the old axis' bounds
 * @param read the read over the new axes, in the dims of the grid
 * @param matches only the points count where both subscripts are equal
 * @param grid for each dim where its places lie in the tensor
 */
record Windows(ImmutableList<Axis> axes, ImmutableList<Index> old, Access read, ImmutableList<Match> matches, ImmutableList<Grid> grid) {

    /** A place of the tensor, and the one that a point reads. */
    record Match(Index written, Index read) {
        Match substitute(IntFunction<Index> subscriptOfAxis) {
            return new Match(written.substitute(subscriptOfAxis), read.substitute(subscriptOfAxis));
        }
    }

    /**
     * Where the positions of a grid lie in a dim of a tensor: position p lies at {@code stride * p + base}.
     *
     * @param extent positions of the grid
     * @param first the first position that lies inside the tensor
     * @param count how many from there on do
     */
    record Grid(Dim extent, long stride, long base, long first, long count) {
        static Grid of(Dim dim) {
            return new Grid(dim, 1, 0, 0, 0);
        }

        boolean isWhole(Dim dim) {
            return extent.equals(dim) && stride == 1 && base == 0;
        }
    }

    static Windows of(Equation equation, Access read, List<Dim> dims) {
        var finder = new Finder(equation, read, dims);
        for (int d = 0; d < read.rank(); d++) {
            finder.regroup(d);
        }
        return finder.result();
    }

    /** The extents of the grid. */
    ImmutableList<Dim> dims() {
        return grid.stream().map(Grid::extent).collect(ImmutableList.toImmutableList());
    }

    /**
     * Which axis counts windows and which one counts inside a window.
     *
     * @param inner absent: the dim is only counted in larger steps
     * @param loops how many points share a place
     */
    private record Choice(int outer, int inner, long loops) {}

    private static final class Finder {
        private final Equation equation;
        private final Access read;
        private final List<Dim> dims;
        private final List<Axis> axes;
        private final Index[] values;
        private final Index[] subscripts;
        private final Grid[] grid;
        private final ImmutableList.Builder<Match> matches = ImmutableList.builder();

        Finder(Equation equation, Access read, List<Dim> dims) {
            this.equation = equation;
            this.read = read;
            this.dims = dims;
            this.axes = new ArrayList<>(equation.axes());
            this.values = IntStream.range(0, axes.size()).mapToObj(Index::axis).toArray(Index[]::new);
            this.subscripts = read.subscripts().toArray(Index[]::new);
            this.grid = dims.stream().map(Grid::of).toArray(Grid[]::new);
        }

        Windows result() {
            return new Windows(ImmutableList.copyOf(axes), ImmutableList.copyOf(values),
                    new Access(ImmutableList.copyOf(subscripts), read.guarded()), matches.build(), ImmutableList.copyOf(grid));
        }

        void regroup(int d) {
            var subscript = subscripts[d];
            boolean isKnown = dims.get(d).isKnown()
                    && subscript.terms().stream().allMatch(t -> axes.get(t.axis()).extent().isKnown() && extent(t) > 0);
            boolean isOnce = Subscripts.isInjective(Access.of(subscript), axes)
                    && Subscripts.isInside(subscript, axes, dims.get(d));
            if (subscript.terms().size() < 2 || !isKnown || isOnce) {
                return;
            }
            long stride = subscript.terms().stream().mapToLong(Term::coefficient).reduce(0, Windows::gcd);
            var counted = new Index(subscript.terms().stream().map(t -> new Term(t.axis(), t.coefficient() / stride))
                    .collect(ImmutableList.toImmutableList()), 0);
            var range = Subscripts.range(counted, axes);
            long low = Math.max(range.min(), Math.ceilDiv(-subscript.offset(), stride));
            long high = Math.min(range.max(), Math.floorDiv(dims.get(d).known() - 1 - subscript.offset(), stride));
            if (low > high) {
                return;
            }
            var place = new Grid(Dim.of(high - low + 1), stride, subscript.offset() + stride * low, 0, high - low + 1);
            var choice = choice(d, counted);
            if (choice.isPresent()) {
                split(d, counted, choice.get(), place, low - range.min());
            } else if (counted.terms().stream().noneMatch(t -> Math.abs(t.coefficient()) == 1) && own(d, counted).findAny().isPresent()) {
                interleave(d, counted, own(d, counted).max(Comparator.comparingLong(this::extent)).orElseThrow(), place, low - range.min());
            } else if (stride > 1) {
                subscripts[d] = counted.plus(Index.constant(-low));
                grid[d] = place;
            }
        }

        /** The pair of axes that leaves the fewest loops, if they are fewer than those beside the best single axis. */
        private Optional<Choice> choice(int d, Index counted) {
            long all = counted.terms().stream().mapToLong(this::extent).reduce(1, Math::multiplyExact);
            long alone = counted.terms().stream().filter(t -> Math.abs(t.coefficient()) == 1).mapToLong(this::extent)
                    .map(extent -> all / extent).min().orElse(Long.MAX_VALUE);
            return own(d, counted).filter(outer -> Math.abs(outer.coefficient()) > 1).flatMap(outer -> own(d, counted)
                    .filter(inner -> Math.abs(inner.coefficient()) == 1)
                    .map(inner -> new Choice(outer.axis(), inner.axis(), all / extent(outer) / extent(inner) * blocks(counted, outer, inner).count())))
                    .min(Comparator.comparingLong(Choice::loops)).filter(choice -> choice.loops() < alone);
        }

        /** Terms whose axes no other subscript has: what happens to them concerns this dim alone. */
        private Stream<Term> own(int d, Index counted) {
            return counted.terms().stream()
                    .filter(t -> IntStream.range(0, subscripts.length).allMatch(other -> other == d || !subscripts[other].uses(t.axis())));
        }

        private long extent(Term term) {
            return axes.get(term.axis()).extent().known();
        }

        /** Numbers of windows, relative to a place's own block, that may contain the place. */
        private record Blocks(long first, long count) {}

        private Blocks blocks(Index counted, Term outer, Term inner) {
            long size = Math.abs(outer.coefficient());
            var within = Subscripts.range(Index.of(List.of(inner), 0), axes);
            var rest = Subscripts.range(rest(counted, outer, inner), axes);
            long first = Math.ceilDiv(within.min() - (size - 1) + rest.min(), size);
            return new Blocks(first, Math.floorDiv(within.max() + rest.max(), size) - first + 1);
        }

        /** What is counted beside the pair, from the smallest place on. */
        private Index rest(Index counted, Term outer, Term inner) {
            long smallest = Subscripts.range(counted, axes).min();
            return Index.of(counted.terms().stream().filter(t -> t.axis() != outer.axis() && t.axis() != inner.axis()).toList(), -smallest);
        }

        /**
         * {@code outer = u - e} and {@code inner = size*e + v - rest}; the place is {@code size*u + v}.
         *
         * @param skipped places before the first one that lies inside the tensor
         */
        private void split(int d, Index counted, Choice choice, Grid place, long skipped) {
            var outer = new Term(choice.outer(), counted.coefficient(choice.outer()));
            var inner = new Term(choice.inner(), counted.coefficient(choice.inner()));
            long size = Math.abs(outer.coefficient());
            var blocks = blocks(counted, outer, inner);
            long leading = skipped / size;
            // A place that is in one window only needs no loop over windows.
            boolean isAlone = blocks.count() == 1;
            int v = isAlone ? inner.axis() : axes.size();
            var within = new Axis(axes.get(inner.axis()).name(), Dim.of(size));
            var e = isAlone ? Index.constant(blocks.first()) : Index.axis(inner.axis()).plus(Index.constant(blocks.first()));
            var u = Index.axis(outer.axis()).plus(Index.constant(leading));
            var window = u.plus(e.times(-1)).times(Long.signum(outer.coefficient()));
            var position = e.times(size).plus(Index.axis(v)).plus(rest(counted, outer, inner).times(-1)).times(inner.coefficient());
            replace(outer.axis(), window, inner.axis(), position);
            axes.set(inner.axis(), new Axis("e", Dim.of(blocks.count())));
            if (isAlone) {
                axes.set(v, within);
            } else {
                axes.add(within);
            }
            onGrid(d, outer.axis(), v, place, skipped - size * leading);
        }

        /** {@code outer = u - k}, all other axes stay loops, and a point counts if it is at v of block u: steps have no common measure. */
        private void interleave(int d, Index counted, Term outer, Grid place, long skipped) {
            long size = Math.abs(outer.coefficient());
            var rest = rest(counted, outer, outer);
            var range = Subscripts.range(rest, axes);
            long first = Math.ceilDiv(range.min() - (size - 1), size);
            long blocks = Math.floorDiv(range.max(), size) - first + 1;
            long leading = skipped / size;
            int k = axes.size();
            int v = k + 1;
            var u = Index.axis(outer.axis()).plus(Index.constant(leading));
            var moved = u.plus(Index.axis(k).plus(Index.constant(first)).times(-1));
            replace(outer.axis(), moved.times(Long.signum(outer.coefficient())), outer.axis(), moved);
            matches.add(new Match(u.times(size).plus(Index.axis(v)), moved.times(size).plus(rest)));
            axes.add(new Axis("k", Dim.of(blocks)));
            axes.add(new Axis("v", Dim.of(size)));
            onGrid(d, outer.axis(), v, place, skipped - size * leading);
        }

        /** The place is {@code size*u + v}. @param first positions of the first block before the tensor */
        private void onGrid(int d, int u, int v, Grid place, long first) {
            long size = axes.get(v).extent().known();
            long count = Math.ceilDiv(first + place.count(), size);
            axes.set(u, new Axis(axes.get(u).name(), Dim.of(count)));
            subscripts[d] = Index.axis(u).times(size).plus(Index.axis(v));
            grid[d] = new Grid(Dim.of(Math.multiplyExact(count, size)), place.stride(), place.base() - place.stride() * first, first,
                    place.count());
        }

        private void replace(int outer, Index window, int inner, Index position) {
            Arrays.setAll(values, a -> values[a].substitute(b -> b == outer ? window : b == inner ? position : Index.axis(b)));
        }
    }

    private static long gcd(long a, long b) {
        return b == 0 ? Math.abs(a) : gcd(b, a % b);
    }
}

/* Note [Windows]
   x?[a*i + t + o] for i below I and t below T: place p is read by all (i, t) with a*i + t = p - o. With p - o = a*u + v, v below a, they are
   i = u - e and t = a*e + v, and t is in its bounds for about T/a numbers e. A sum over e therefore visits exactly the windows that contain
   a place; a sum over i, or over all t, would visit windows that do not. Where a divides T nothing else is visited at all.
   - Other axes in the subscript stay loops: t = a*e + v - rest, and e has the numbers that some rest needs.
   - A negative step counts windows from the end: i = e - u.
   - If all coefficients share a divisor g, only every g-th place is read: places are counted in steps of g.
   - Steps like 3*i + 2*t, none of which is 1: i = u - k for the few k that a rest 2*t needs, and the points that miss v are passed over.
   - An axis that another subscript of the read has as well is left alone: its value would move there too.
   The places of the blocks form a grid, which begins before the tensor or ends behind it where blocks and tensor do not meet; what is
   made on the grid is cut to the tensor by a move (Adjoints). A pair is only taken where it leaves fewer loops than solving for one axis
   does: a dilated window x?[i + 4*t] is solved for i. */
