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
            if (subscript.terms().isEmpty() || !isKnown) {
                return;
            }
            if (subscript.terms().size() == 1 || isOnce) {
                leaveOutUnread(d);
                return;
            }
            long stride = divisor(subscript.terms().stream());
            var counted = over(subscript, stride);
            var range = Subscripts.range(counted, axes);
            long low = Math.max(range.min(), Math.ceilDiv(-subscript.offset(), stride));
            long high = Math.min(range.max(), Math.floorDiv(dims.get(d).known() - 1 - subscript.offset(), stride));
            if (low > high) {
                return;
            }
            place(d, counted, low, high, false).ifPresentOrElse(
                    place -> write(d, place, stride, new Range(low, high)),
                    () -> countInSteps(d, counted, stride, new Range(low, high)));
        }

        /** A sum for each place is made only where the read has been, if that is a small part of the dim. */
        private void leaveOutUnread(int d) {
            var subscript = subscripts[d];
            var inside = new Range(Math.max(0, Subscripts.range(subscript, axes).min()),
                    Math.min(dims.get(d).known() - 1, Subscripts.range(subscript, axes).max()));
            boolean isBare = subscript.terms().size() == 1 && subscript.terms().getFirst().coefficient() == 1;
            boolean hasLoops = IntStream.range(0, equation.axes().size())
                    .anyMatch(a -> !read.uses(a) && Subscripts.largest(equation.axes().get(a).extent()) > 1);
            if (isBare && hasLoops && inside.count() > 0 && 2 * inside.count() <= dims.get(d).known()) {
                write(d, new Place(subscript.plus(Index.constant(-inside.low())), inside.count(), inside.low() - subscript.offset()), 1, inside);
            }
        }

        /** Places from low to high. */
        private record Range(long low, long high) {
            long count() {
                return high - low + 1;
            }
        }

        /**
         * What is counted, over the new axes.
         *
         * @param start what is counted where the subscript is 0
         * @param extent the subscript stays below it
         */
        private record Place(Index subscript, long extent, long start) {}

        private void write(int d, Place place, long stride, Range inside) {
            subscripts[d] = place.subscript();
            long base = read.subscripts().get(d).offset() + stride * place.start();
            grid[d] = new Grid(Dim.of(place.extent()), stride, base, inside.low() - place.start(), inside.count());
        }

        private void countInSteps(int d, Index counted, long stride, Range inside) {
            if (stride > 1) {
                write(d, new Place(counted.plus(Index.constant(-inside.low())), inside.count(), inside.low()), stride, inside);
            }
        }

        private static Index over(Index subscript, long divisor) {
            return Index.of(subscript.terms().stream().map(t -> new Term(t.axis(), t.coefficient() / divisor)).toList(), 0);
        }

        private static long divisor(Stream<Term> terms) {
            return terms.mapToLong(Term::coefficient).reduce(0, Windows::gcd);
        }

        /** @param always false: solving for one axis is left to the inversion */
        private Optional<Place> place(int d, Index counted, long low, long high, boolean always) {
            var digit = digit(d, counted);
            if (digit.isPresent()) {
                var axis = Index.axis(digit.get().axis());
                long base = extent(digit.get());
                var upper = over(counted.plus(axis.times(-1)), base);
                return place(d, upper, Math.floorDiv(low, base), Math.floorDiv(high, base), true)
                        .map(place -> new Place(place.subscript().times(base).plus(axis), place.extent() * base, place.start() * base));
            }
            var choice = choice(d, counted);
            if (choice.isPresent()) {
                return Optional.of(split(counted, choice.get(), new Range(low, high)));
            }
            var unit = own(d, counted).filter(t -> Math.abs(t.coefficient()) == 1).max(Comparator.comparingLong(this::extent));
            if (unit.isPresent()) {
                return always ? Optional.of(solved(counted, unit.get(), new Range(low, high))) : Optional.empty();
            }
            return counted.terms().stream().anyMatch(t -> Math.abs(t.coefficient()) == 1) ? Optional.empty()
                    : own(d, counted).max(Comparator.comparingLong(this::extent)).map(outer -> interleaved(counted, outer, new Range(low, high)));
        }

        /** A last digit: it takes each value below the step of all others, so that the place tells it. */
        private Optional<Term> digit(int d, Index counted) {
            return own(d, counted).filter(t -> t.coefficient() == 1 && counted.terms().size() > 1
                    && divisor(counted.terms().stream().filter(other -> other != t)) == extent(t)).findFirst();
        }

        private Place solved(Index counted, Term unit, Range inside) {
            var rest = counted.plus(Index.axis(unit.axis()).times(-unit.coefficient()));
            var value = Index.axis(unit.axis()).plus(Index.constant(inside.low())).plus(rest.times(-1)).times(unit.coefficient());
            replace(unit.axis(), value, unit.axis(), value);
            axes.set(unit.axis(), new Axis(axes.get(unit.axis()).name(), Dim.of(inside.count())));
            return new Place(Index.axis(unit.axis()), inside.count(), inside.low());
        }

        /** The pair of axes that leaves the fewest loops, if they are fewer than those beside the best single axis. */
        private Optional<Choice> choice(int d, Index counted) {
            long all = counted.terms().stream().mapToLong(this::extent).reduce(1, Math::multiplyExact);
            long alone = counted.terms().stream().filter(t -> Math.abs(t.coefficient()) == 1).mapToLong(this::extent)
                    .map(extent -> all / extent).min().orElse(Long.MAX_VALUE);
            return own(d, counted).filter(outer -> Math.abs(outer.coefficient()) > 1).flatMap(outer -> own(d, counted)
                    .filter(inner -> Math.abs(inner.coefficient()) == 1)
                    .map(inner -> new Choice(outer.axis(), inner.axis(),
                            all / extent(outer) / extent(inner) * blocks(counted, outer, inner).count())))
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

        /** {@code outer = u - e} and {@code inner = size*e + v - rest}; the place is {@code size*u + v}. */
        private Place split(Index counted, Choice choice, Range inside) {
            var outer = new Term(choice.outer(), counted.coefficient(choice.outer()));
            var inner = new Term(choice.inner(), counted.coefficient(choice.inner()));
            long size = Math.abs(outer.coefficient());
            var blocks = blocks(counted, outer, inner);
            long leading = leading(counted, size, inside);
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
            return inBlocks(counted, outer.axis(), v, inside);
        }

        /** {@code outer = u - k}, all other axes stay loops, and a point counts if it is at v of block u: steps have no common measure. */
        private Place interleaved(Index counted, Term outer, Range inside) {
            long size = Math.abs(outer.coefficient());
            var rest = rest(counted, outer, outer);
            var range = Subscripts.range(rest, axes);
            long first = Math.ceilDiv(range.min() - (size - 1), size);
            long blocks = Math.floorDiv(range.max(), size) - first + 1;
            int k = axes.size();
            int v = k + 1;
            var u = Index.axis(outer.axis()).plus(Index.constant(leading(counted, size, inside)));
            var moved = u.plus(Index.axis(k).plus(Index.constant(first)).times(-1));
            replace(outer.axis(), moved.times(Long.signum(outer.coefficient())), outer.axis(), moved);
            matches.add(new Match(u.times(size).plus(Index.axis(v)), moved.times(size).plus(rest)));
            axes.add(new Axis("k", Dim.of(blocks)));
            axes.add(new Axis("v", Dim.of(size)));
            return inBlocks(counted, outer.axis(), v, inside);
        }

        /** Whole blocks that nothing inside the tensor is in. */
        private long leading(Index counted, long size, Range inside) {
            return (inside.low() - Subscripts.range(counted, equation.axes()).min()) / size;
        }

        /** The place is {@code size*u + v}, counted from the smallest one on; block 0 is the first that reaches into the tensor. */
        private Place inBlocks(Index counted, int u, int v, Range inside) {
            long size = axes.get(v).extent().known();
            long start = Subscripts.range(counted, equation.axes()).min() + size * leading(counted, size, inside);
            long count = Math.ceilDiv(inside.high() + 1 - start, size);
            axes.set(u, new Axis(axes.get(u).name(), Dim.of(count)));
            return new Place(Index.axis(u).times(size).plus(Index.axis(v)), Math.multiplyExact(count, size), start);
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
   - A last digit, like p in x?[32*w + 4*t + p] with p below 4, is told by the place: what is left, 8*w + t, is counted in steps of 4.
   - If all coefficients share a divisor g, only every g-th place is read: places are counted in steps of g.
   - Steps like 3*i + 2*t, none of which is 1: i = u - k for the few k that a rest 2*t needs, and the points that miss v are passed over.
   - An axis that another subscript of the read has as well is left alone: its value would move there too.
   The places of the blocks form a grid, which begins before the tensor or ends behind it where blocks and tensor do not meet; what is
   made on the grid is cut to the tensor by a move (Adjoints). A pair is only taken where it leaves fewer loops than solving for one axis
   does: a dilated window x?[i + 4*t] is solved for i. */
