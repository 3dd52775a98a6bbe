package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/**
 * How a group is cut into tile programs: role and block of each axis class, grid first.
 *
 * @param axes kernel axis of each class, in the kernel's order
 */
record TileShape(ImmutableMap<Integer, KernelAxis> axes, LoopNest nest) {

    /**
     * How large tiles are wanted.
     *
     * @param whole an inner axis up to this extent is kept whole, a longer one is walked by a loop where that is legal
     * @param isShared whether it is only for groups that it makes several programs of
     */
    record Wish(int rows, int columns, int depth, int whole, boolean isShared) {
        Wish(int rows, int columns, int depth, int whole) {
            this(rows, columns, depth, whole, false);
        }
    }

    /** From the tile that uses the machine best down to the smallest. */
    static ImmutableList<Wish> wishes(TileTarget target) {
        int rows = target.rows();
        int columns = target.columns();
        int depth = target.depth();
        var wishes = ImmutableList.<Wish>builder().add(new Wish(rows, columns, depth, 2 * depth), new Wish(rows, columns, depth, depth),
                new Wish(rows, columns / 2, depth, depth), new Wish(rows / 2, columns / 2, depth, depth),
                new Wish(rows / 2, columns / 4, depth, depth), new Wish(rows / 4, columns / 4, depth, depth));
        if (target.readsInPlace()) {
            // Sums over several axes, none of them long: each program reads all factors without columns, so there should be few programs.
            wishes.add(new Wish(rows / 4, columns / 4, depth, depth / 4, true));
        }
        return wishes.add(new Wish(rows / 4, columns / 8, depth, depth / 4), new Wish(rows / 8, columns / 32, depth / 2, depth / 4),
                new Wish(rows / 16, columns / 64, depth / 4, depth / 4), new Wish(1, 1, depth / 4, depth / 4)).build();
    }

    static TileShape of(Group group, Wish wish, TileTarget target) {
        var classes = group.classes();
        var parallel = classes.parallel();
        var nest = nest(group, wish);
        var axes = new LinkedHashMap<Integer, KernelAxis>();
        var blocks = gridBlocks(group, wish, target);
        var grid = new ArrayList<>(parallel);
        // Axes that are stepped one by one go outside: neighbouring programs then share what the blocked axes read.
        grid.sort(Comparator.comparing(c -> blocks.get(c) > 1));
        grid.forEach(c -> axes.put(c, axis(group, c, blocks.get(c), Role.GRID)));
        long depth = Math.max(1, wish.depth() / depthBeside(group, nest));
        for (int c : nest.classes().reverse()) {
            long block = Math.clamp(depth, 1, Math.max(1, classes.extent(c)));
            axes.put(c, axis(group, c, block, Role.LOOP));
            depth /= block;
        }
        for (int c : classes.all()) {
            if (!axes.containsKey(c)) {
                axes.put(c, axis(group, c, Math.max(1, classes.extent(c)), Role.WHOLE));
            }
        }
        return new TileShape(ImmutableMap.copyOf(axes), nest);
    }

    /** Rows of a matrix tile: the product of the grid blocks. */
    long programRows() {
        return axes.values().stream().filter(a -> a.role() == Role.GRID).mapToLong(a -> Math.min(a.block(), a.extent())).reduce(1, (a, b) -> a * b);
    }

    long programs() {
        return axes.values().stream().filter(a -> a.role() == Role.GRID).mapToLong(KernelAxis::blocks).reduce(1, Math::multiplyExact);
    }

    /** Whether a program without a product has as many neighbours of the largest that it moves as memory hands over at the least. */
    boolean fillsSectors(Group group, TileTarget target) {
        long most = lastDims(group, target).mapToLong(LastDim::elements).max().orElse(0);
        return !largeProducts(group).isEmpty() || lastDims(group, target).filter(last -> 10 * last.elements() >= most).allMatch(last -> {
            var axis = axes.get(last.axisClass());
            return axis.role() != Role.GRID || axis.block() >= axis.extent() || axis.block() * last.value().type().dtype().bytes() >= target.sectorBytes();
        });
    }

    private static KernelAxis axis(Group group, int axisClass, long block, Role role) {
        return new KernelAxis(group.classes().name(axisClass), group.classes().extent(axisClass), block, role);
    }

    private static LoopNest nest(Group group, Wish wish) {
        var parallel = group.classes().parallel();
        var inner = new ArrayList<>(group.classes().all());
        inner.removeAll(parallel);
        inner.removeIf(c -> group.classes().extent(c) <= 1);
        long volume = inner.stream().mapToLong(group.classes()::extent).reduce(1, (a, b) -> a * b);
        var tooLong = withOuter(group, inner, inner.stream().filter(c -> group.classes().extent(c) > wish.whole()).toList());
        // A sum over several short axes can be as deep as one over a long axis.
        var candidates = tooLong.isEmpty() && inner.size() > 1 && volume > wish.whole() ? reducedTogether(group, inner) : tooLong;
        if (candidates.isEmpty()) {
            return LoopNest.none(group);
        }
        var all = isInOrder(group, candidates) ? LoopNest.of(group, ImmutableList.copyOf(candidates)) : Optional.<LoopNest>empty();
        if (all.isPresent()) {
            return all.get();
        }
        var byExtent = new ArrayList<>(candidates);
        byExtent.sort(Comparator.comparing((Integer c) -> -group.classes().extent(c)));
        return byExtent.stream().filter(c -> isInOrder(group, List.of(c))).flatMap(c -> LoopNest.of(group, ImmutableList.of(c)).stream()).findFirst().orElseGet(() -> LoopNest.none(group));
    }

    /** With an axis that is walked in blocks goes every axis outside of it that is summed with it, so that terms keep their order whatever the blocks are. */
    private static List<Integer> withOuter(Group group, List<Integer> inner, List<Integer> tooLong) {
        var walked = new LinkedHashSet<>(tooLong);
        for (int o = 0; o < group.ops().size(); o++) {
            var summed = group.classes().reduced(o).stream().filter(inner::contains).toList();
            int last = summed.size() - 1;
            while (last >= 0 && !tooLong.contains(summed.get(last))) {
                last--;
            }
            walked.addAll(summed.subList(0, last + 1));
        }
        return inner.stream().filter(walked::contains).toList();
    }

    /** Whether of the axes of each sum the outermost are walked. */
    private static boolean isInOrder(Group group, List<Integer> walked) {
        return IntStream.range(0, group.ops().size()).allMatch(o -> {
            var summed = group.classes().reduced(o).stream().filter(c -> group.classes().extent(c) > 1).toList();
            return summed.stream().dropWhile(walked::contains).noneMatch(walked::contains);
        });
    }

    /** Terms of the largest product for each position of the loops that it sums over: it is as deep without them. */
    private static long depthBeside(Group group, LoopNest nest) {
        var contracted = largeProducts(group).stream().findFirst().map(Contraction.Axes::contracted).orElse(ImmutableSet.of());
        return contracted.stream().noneMatch(nest.classes()::contains) ? 1
                : contracted.stream().filter(c -> !nest.classes().contains(c)).mapToLong(group.classes()::extent).reduce(1, Math::multiplyExact);
    }

    // Several axes that one contraction sums over at once, outermost first.
    private static List<Integer> reducedTogether(Group group, List<Integer> inner) {
        for (int o = 0; o < group.ops().size(); o++) {
            var reduced = group.classes().reduced(o);
            if (reduced.size() > 1 && group.ops().size() == 1) {
                return inner.stream().filter(reduced::contains).toList();
            }
        }
        return List.of();
    }

    private static Map<Integer, Long> gridBlocks(Group group, Wish wish, TileTarget target) {
        var parallel = group.classes().parallel();
        Set<Integer> batch = new LinkedHashSet<>();
        Set<Integer> columns = new LinkedHashSet<>();
        Set<Integer> rows = new LinkedHashSet<>();
        var products = largeProducts(group);
        products.forEach(product -> {
            batch.addAll(product.batch());
            rows.addAll(product.rows());
            columns.addAll(product.columns());
        });
        // What the largest product has as rows is no reason to give it a single one, even if another product steps through it.
        products.stream().findFirst().map(Contraction.Axes::rows).filter(own -> !target.leavesRows() || elements(group, own.stream().filter(c -> !batch.contains(c))) < wish.rows())
                .ifPresent(batch::removeAll);
        // Columns of one product that are rows of the next (outer product mean): only a square tile serves both.
        boolean isSquare = columns.stream().anyMatch(c -> rows.contains(c) && parallel.contains(c));
        columns.removeAll(rows);
        var blocks = new LinkedHashMap<Integer, Long>();
        parallel.forEach(c -> blocks.put(c, 1L));
        var free = parallel.stream().filter(c -> !batch.contains(c)).toList();
        var rowClasses = smallestLastDimFirst(group, target, products.isEmpty() ? free : free.stream().filter(c -> !columns.contains(c)).toList());
        long elements = !products.isEmpty() ? wish.rows() : Math.max(wish.rows(), (long) wish.rows() * wish.columns() / innerElements(group, parallel));
        if (isSquare) {
            growEvenly(group, blocks, rowClasses, elements);
        } else {
            grow(group, blocks, rowClasses, Math.max(1, elements / rowsBeside(group, products)));
        }
        grow(group, blocks, free.stream().filter(columns::contains).toList(), wish.columns());
        return blocks;
    }

    /** Rows that the largest product has for each position of the grid: with many of them few positions make a tile. */
    private static long rowsBeside(Group group, List<Contraction.Axes> products) {
        var parallel = group.classes().parallel();
        return elements(group, products.stream().findFirst().stream().flatMap(largest -> largest.rows().stream()).filter(c -> !parallel.contains(c)));
    }

    private static long elements(Group group, Stream<Integer> classes) {
        return classes.mapToLong(group.classes()::extent).reduce(1, Math::multiplyExact);
    }

    /**
     * Classes in the order of the largest value in memory whose last dim each of them is. A sum reads much more than it writes, so that neighbours in what
     * it reads have to go into one block: for {@code y[k, i, h] = sum(j) x[j, h, i, k]} those along k, which would otherwise fetch a whole line for one element.
     * Without such a difference the last dim of the result stays last.
     */
    private static List<Integer> smallestLastDimFirst(Group group, TileTarget target, List<Integer> classes) {
        var elements = new LinkedHashMap<Integer, Long>();
        lastDims(group, target).forEach(last -> elements.merge(last.axisClass(), last.elements(), Math::max));
        return classes.stream().sorted(Comparator.comparing(c -> elements.getOrDefault(c, 0L))).toList();
    }

    /** A value in memory and a class that steps through its last dim. */
    private record LastDim(Value value, int axisClass) {
        long elements() {
            return value.type().dims().stream().mapToLong(Dim::known).reduce(1, Math::multiplyExact);
        }
    }

    private static Stream<LastDim> lastDims(Group group, TileTarget target) {
        var producers = group.producers();
        return IntStream.range(0, group.ops().size()).boxed().flatMap(o -> {
            var op = group.ops().get(o);
            var made = group.escaping().contains(op.result()) ? lastDims(group, o, op.equation().write(), op.result(), target) : Stream.<LastDim>empty();
            var read = IntStream.range(0, op.operands().size()).filter(r -> !producers.containsKey(op.operands().get(r))).boxed()
                    .flatMap(r -> lastDims(group, o, op.equation().reads().get(r), op.operands().get(r), target));
            return Stream.concat(made, read);
        });
    }

    private static Stream<LastDim> lastDims(Group group, int op, Access access, Value value, TileTarget target) {
        return access.rank() == 0 ? Stream.empty() : lastDim(group, op, access.subscripts().getLast(), target.sectorBytes() / value.type().dtype().bytes()).stream()
                .map(axis -> new LastDim(value, group.classes().of(op, axis)));
    }

    /** The axes that step through the last dim; of several that do ({@code y[i, 4*l + h]}) the nearest, until a sector is full. */
    private static List<Integer> lastDim(Group group, int op, Index last, long sector) {
        if (last.terms().size() <= 1) {
            return last.bareAxis().stream().boxed().toList();
        }
        var axes = new ArrayList<Integer>();
        long beside = 1;
        for (var term : last.terms().stream().sorted(Comparator.comparing(Index.Term::coefficient)).toList()) {
            if (term.coefficient() != beside || beside >= sector) {
                break;
            }
            axes.add(term.axis());
            beside *= group.classes().extent(group.classes().of(op, term.axis()));
        }
        return axes;
    }

    /** The matrix products that decide about the tile, the largest first: a small one beside a large one (a count of mask entries) does not. */
    private static List<Contraction.Axes> largeProducts(Group group) {
        var products = new LinkedHashMap<Contraction.Axes, Double>();
        for (int o = 0; o < group.ops().size(); o++) {
            double points = group.ops().get(o).equation().axes().stream().mapToDouble(axis -> axis.extent().known()).reduce(1, (x, y) -> x * y);
            group.contraction(o).ifPresent(axes -> products.put(axes, points));
        }
        double most = products.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        return products.entrySet().stream().filter(e -> 10 * e.getValue() >= most).sorted(Comparator.comparing(e -> -e.getValue()))
                .map(Map.Entry::getKey).toList();
    }

    // Doubles the smallest block, the last of equal ones, as long as the product stays within what is wanted.
    private static void growEvenly(Group group, Map<Integer, Long> blocks, List<Integer> classes, long wanted) {
        long product = 1;
        while (2 * product <= wanted) {
            var smallest = classes.reversed().stream().filter(c -> 2 * blocks.get(c) <= group.classes().extent(c))
                    .min(Comparator.comparing(blocks::get));
            if (smallest.isEmpty()) {
                return;
            }
            blocks.merge(smallest.get(), 2L, (x, y) -> x * y);
            product *= 2;
        }
    }

    private static long innerElements(Group group, ImmutableSet<Integer> parallel) {
        return Math.max(1, group.classes().all().stream().filter(c -> !parallel.contains(c)).mapToLong(group.classes()::extent).reduce(1,
                (a, b) -> Math.min(1 << 20, a * b)));
    }

    // Innermost first: neighbouring positions of the last axis lie together in memory.
    private static void grow(Group group, Map<Integer, Long> blocks, List<Integer> classes, long wanted) {
        long left = wanted;
        for (int c : classes.reversed()) {
            long block = Math.clamp(left, 1, Math.max(1, group.classes().extent(c)));
            blocks.put(c, block);
            left /= block;
        }
    }
}
