package pleat.passes.sparse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import pleat.ir.derive.Derived;
import pleat.ir.index.Axis;
import pleat.passes.sparse.Pattern.Digit;

/** Finds the regular geometry of a mask, if it has one. See Note [Regular masks]. */
final class PatternFinder {
    /** So many places of a mask are looked at before it is called too large. */
    private static final long MOST_PLACES = 1L << 26;
    private static final long LARGEST_BLOCK = 128;

    private final PositionMask mask;
    private final ImmutableList<Axis> axes;
    private final int row;
    private final int key;
    private final List<Integer> inner;
    private final long sharing;

    /** @param row the axis whose positions blocks are made of; -1 if the mask is the same for all rows */
    private PatternFinder(PositionMask mask, ImmutableList<Axis> axes, int row, int key, List<Integer> inner, long sharing) {
        this.mask = mask;
        this.axes = axes;
        this.row = row;
        this.key = key;
        this.inner = inner;
        this.sharing = sharing;
    }

    /**
     * A pattern and the axis that it counts rows by.
     *
     * @param row -1 if all rows see the same keys
     */
    record Found(Pattern pattern, int row) {}

    /** @param sharing rows beside the mask's own that have one set of keys together */
    static Derived<Found> find(PositionMask mask, ImmutableList<Axis> axes, int key, long sharing) {
        var rows = new ArrayList<>(mask.axes());
        rows.remove(Integer.valueOf(key));
        var longest = rows.stream().max(Comparator.comparingLong(axis -> axes.get(axis).extent().known()));
        longest.ifPresent(axis -> rows.remove(axis));
        int row = longest.orElse(-1);
        return new PatternFinder(mask, axes, row, key, rows, sharing).find().map(pattern -> new Found(pattern, row));
    }

    private long rows() {
        return row < 0 ? 1 : axes.get(row).extent().known();
    }

    private long columns() {
        return axes.get(key).extent().known();
    }

    /** The mask does not change when rows move by {@code rows} and keys by {@code keys}. */
    private record Period(long rows, long keys) {}

    private Derived<Pattern> find() {
        var period = period();
        if (period.isEmpty()) {
            return Derived.no("moving along rows and keys by fixed steps changes the mask");
        }
        long blocks = Math.ceilDiv(rows(), period.get().rows());
        long lowest = -period.get().keys() * (blocks - 1);
        long rowsOfBlock = inner.stream().mapToLong(axis -> axes.get(axis).extent().known()).reduce(period.get().rows(), (a, b) -> a * b);
        long places = rowsOfBlock * (columns() - lowest);
        if (places > MOST_PLACES) {
            return Derived.no("%s places would have to be looked at", places);
        }
        var classes = new ArrayList<TreeSet<Long>>();
        for (long r = 0; r < period.get().rows(); r++) {
            var point = new long[axes.size()];
            if (row >= 0) {
                point[row] = r;
            }
            var refusal = enumerate(point, 0, lowest, classes);
            if (refusal.isPresent()) {
                return Derived.no("%s", refusal.get());
            }
        }
        return emptyRow(classes, period.get()).<Derived<Pattern>>map(Derived::no).orElseGet(() -> shape(classes, period.get()));
    }

    private Optional<Period> period() {
        var numbers = mask.numbers();
        if (row < 0) {
            return Optional.of(new Period(1, 0));
        }
        long block = numbers.stream().reduce(1L, (a, b) -> a * b > 4096 ? a : a / gcd(a, b) * b);
        for (long rows : inner.isEmpty() ? new TreeSet<>(withOne(numbers, block)) : ImmutableSet.of(1L)) {
            for (long keys : keySteps(rows, numbers)) {
                var shift = Shift.of(mask.level(), axis -> axis == row ? rows : axis == key ? keys : 0);
                if (shift.isPresent() && shift.getAsDouble() == 0) {
                    return Optional.of(new Period(rows, keys));
                }
            }
        }
        return Optional.empty();
    }

    private static ImmutableSet<Long> withOne(ImmutableSet<Long> numbers, long block) {
        return ImmutableSet.<Long>builder().add(1L).addAll(numbers.stream().filter(n -> n <= LARGEST_BLOCK).toList()).add(block).build();
    }

    private static ImmutableSet<Long> keySteps(long rows, ImmutableSet<Long> numbers) {
        var steps = new LinkedHashSet<>(List.of(rows));
        numbers.forEach(n -> {
            steps.add(rows * n);
            steps.add(n);
            if (rows % n == 0) {
                steps.add(rows / n);
            }
        });
        steps.add(0L);
        return ImmutableSet.copyOf(steps);
    }

    /** The keys that are kept, counted from where the block's keys begin: one set for each row of a block. */
    private Optional<String> enumerate(long[] point, int depth, long lowest, List<TreeSet<Long>> classes) {
        if (depth < inner.size()) {
            for (long p = 0; p < axes.get(inner.get(depth)).extent().known(); p++) {
                point[inner.get(depth)] = p;
                var refusal = enumerate(point, depth + 1, lowest, classes);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return Optional.empty();
        }
        var kept = new TreeSet<Long>();
        for (long place = lowest; place < columns(); place++) {
            point[key] = place;
            double level = mask.at(point, axes);
            if (level == 0) {
                kept.add(place);
            } else if (!(level <= PositionMask.LOW)) {
                return Optional.of("it adds " + level + " to some logits, which is neither 0 nor a mask");
            }
        }
        classes.add(kept);
        return Optional.empty();
    }

    /** What a row without keys would average over is not the same afterwards. */
    private Optional<String> emptyRow(List<TreeSet<Long>> classes, Period period) {
        long perPeriod = classes.size() / period.rows();
        for (long p = 0; p < rows(); p++) {
            long begin = p / period.rows() * period.keys();
            for (long c = 0; c < perPeriod; c++) {
                var kept = classes.get((int) (p % period.rows() * perPeriod + c)).ceiling(-begin);
                if (kept == null || kept + begin >= columns()) {
                    return Optional.of("row " + p + " keeps no key");
                }
            }
        }
        return Optional.empty();
    }

    private Derived<Pattern> shape(List<TreeSet<Long>> classes, Period period) {
        if (row < 0 || !inner.isEmpty() || rows() == 1) {
            var digits = row < 0 ? ImmutableList.<Digit>of() : ImmutableList.of(new Digit(axes.get(row).name(), rows(), 1, period.keys()));
            return Derived.yes(pattern(digits, row < 0 ? LARGEST_BLOCK : sharing * classes.size(), classes));
        }
        return Derived.yes(LongStream.iterate(1, m -> m == 1 || m * period.rows() <= LARGEST_BLOCK, m -> 2 * m).boxed()
                .flatMap(m -> candidates(classes, period, m).stream())
                .min(Comparator.comparingDouble(pattern -> WindowCost.perRow(pattern.rowsPerBlock(), pattern.keys()))).orElseThrow());
    }

    private List<Pattern> candidates(List<TreeSet<Long>> classes, Period period, long m) {
        var found = new ArrayList<Pattern>();
        var moved = new ArrayList<TreeSet<Long>>();
        for (long block = 0; block < m; block++) {
            for (var kept : classes) {
                moved.add(plus(kept, block * period.keys()));
            }
        }
        String name = axes.get(row).name();
        long size = m * period.rows();
        var blocks = size == 1 ? ImmutableList.of(new Digit(name, rows(), 1, period.keys()))
                : ImmutableList.of(new Digit(name, Math.ceilDiv(rows(), size), size, m * period.keys()), new Digit("r", size, 1, 0));
        found.add(pattern(blocks, sharing * size, moved));
        long step = step(List.of(classes.getFirst()));
        if (period.equals(new Period(1, 1)) && step > 1) {
            var phased = new ArrayList<TreeSet<Long>>();
            LongStream.range(0, m).forEach(r -> phased.add(plus(classes.getFirst(), r * step)));
            var digits = ImmutableList.of(new Digit(name, Math.ceilDiv(rows(), m * step), m * step, m * step), new Digit("p", step, 1, 1),
                    new Digit("r", m, step, 0));
            found.add(pattern(digits, sharing * m, phased));
        }
        return found;
    }

    private static TreeSet<Long> plus(TreeSet<Long> places, long shift) {
        var moved = new TreeSet<Long>();
        places.forEach(place -> moved.add(place + shift));
        return moved;
    }

    /** The shortest progression that has all kept keys of all rows of a block. */
    private static Pattern pattern(ImmutableList<Digit> digits, long rowsPerBlock, List<TreeSet<Long>> classes) {
        long first = classes.stream().mapToLong(TreeSet::first).min().orElseThrow();
        long last = classes.stream().mapToLong(TreeSet::last).max().orElseThrow();
        long step = step(classes);
        long keys = (last - first) / step + 1;
        return new Pattern(digits, keys, step, first, rowsPerBlock, classes.stream().allMatch(kept -> kept.size() == keys));
    }

    private static long step(List<TreeSet<Long>> classes) {
        long first = classes.stream().mapToLong(TreeSet::first).min().orElseThrow();
        return Math.max(1, classes.stream().flatMap(TreeSet::stream).mapToLong(place -> place - first).reduce(0, PatternFinder::gcd));
    }

    private static long gcd(long a, long b) {
        return b == 0 ? Math.abs(a) : gcd(b, a % b);
    }
}

/* Note [Regular masks]
   A mask has a regular geometry if it does not change when rows move by a and keys by b: then the rows of one block of a tell about all
   others, and the keys of block w are those of block 0, moved by b*w. That the mask does not change is proved on its formula (Shift), not
   tried: every comparison in it must be between things that move alike. Which a and b are tried comes from the numbers in the formula.
   The kept keys of block 0 are then listed, and the block is given the shortest progression first, first + step, ... that has them all: an
   affine image of 0..keys-1. Keys of it that some row of the block does not keep stay masked. Blocks are joined to larger ones as long as
   that pays: a row more in a block costs few keys more, and rows that share keys are a product of matrices. If all kept keys of a row have
   one residue, rows are sorted into phases first, so that no block spans several residues. */
