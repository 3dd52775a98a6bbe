package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.kernel.Layout;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.Value;
import pleat.passes.tile.TileTarget;

/**
 * Chooses how every value lies in memory, so that no copy is needed whose only work is to transpose. What enters or leaves the module, or
 * is carried by a repetition, keeps the order of its dims. A value inside has those dims outermost that a matrix product steps through one
 * by one, and those that a product sums over directly outside its last dim; so has what repetitions collect for others to read in slices,
 * behind the dims that it is stacked along. A weight is stored in panels of columns of the first product that uses it; it is brought into
 * that form once, when it is loaded.
 */
final class Layouts {
    private final GroupedModule grouped;
    private final TileTarget target;
    private final Set<Value> copied;
    private final Map<Value, Layout> chosen = new LinkedHashMap<>();
    private final Map<Value, Layout> weightSlices = new LinkedHashMap<>();

    private Layouts(GroupedModule grouped, TileTarget target) {
        this.grouped = grouped;
        this.target = target;
        this.copied = copied(grouped);
    }

    /** @param plainExchanges see {@link Scheduler.Options} */
    static ImmutableMap<Value, Layout> choose(GroupedModule grouped, TileTarget target, boolean plainExchanges) {
        var layouts = new Layouts(grouped, target);
        Stacks.of(grouped, plainExchanges).forEach(layouts::family);
        grouped.functions().forEach(layouts::function);
        return ImmutableMap.copyOf(layouts.chosen);
    }

    private void function(String name, List<GroupedModule.Step> steps) {
        var function = grouped.module().functions().get(name);
        function.arguments().forEach(value -> chosen.putIfAbsent(value, rowMajor(value)));
        function.results().forEach(value -> chosen.putIfAbsent(value, rowMajor(value)));
        var batch = new LinkedHashMap<Value, Set<Integer>>();
        var contracted = new LinkedHashMap<Value, Set<Integer>>();
        for (var step : steps) {
            switch (step) {
                case GroupedModule.Step.Program(var program) -> {
                    program.batchDims().forEach((value, dims) -> batch.computeIfAbsent(value, _ -> new LinkedHashSet<>()).addAll(dims));
                    program.ops().forEach(op -> op.operands().forEach(value -> contracted.merge(value, program.contractedDims(value),
                            (first, next) -> first.isEmpty() ? next : first)));
                    program.ops().forEach(op -> op.operands().forEach(value -> program.columnDim(value).ifPresent(dim -> weight(value, dim))));
                }
                case GroupedModule.Step.Alone(var op) -> op.results().forEach(value -> chosen.putIfAbsent(value, rowMajor(value)));
                case GroupedModule.Step.Start(var collective) -> {
                    chosen.putIfAbsent(collective.operand(), rowMajor(collective.operand()));
                    chosen.putIfAbsent(collective.result(), rowMajor(collective.result()));
                }
                case GroupedModule.Step.Await _ -> {
                }
                // What enters or leaves a repetition is cut into slices or handed on as it is.
                case GroupedModule.Step.Loop(var repeat) -> {
                    repeat.operands().forEach(value -> chosen.putIfAbsent(value, rowMajor(value)));
                    repeat.results().forEach(value -> chosen.putIfAbsent(value, rowMajor(value)));
                    windows(repeat);
                }
                case GroupedModule.Step.View _ -> {
                }
            }
        }
        for (var step : steps) {
            if (step instanceof GroupedModule.Step.Program(var program)) {
                program.escaping().forEach(value -> chosen.computeIfAbsent(value, v -> ordered(v, batch.getOrDefault(v, Set.of()),
                        contracted.getOrDefault(v, Set.of()))));
            }
        }
    }

    /** One order for all the values of a {@linkplain Stacks family}, from what the programs that touch any of them ask for. */
    private void family(List<Value> family) {
        int rank = family.stream().mapToInt(value -> value.type().rank()).min().orElseThrow();
        var slice = family.stream().filter(value -> value.type().rank() == rank).findFirst().orElseThrow();
        var members = Set.copyOf(family);
        var batch = new LinkedHashSet<Integer>();
        var contracted = new LinkedHashSet<Integer>();
        for (var steps : grouped.functions().values()) {
            for (var step : steps) {
                if (step instanceof GroupedModule.Step.Program(var program)) {
                    program.batchDims().forEach((value, dims) -> {
                        if (members.contains(value)) {
                            batch.addAll(fromSlice(dims, value.type().rank() - rank));
                        }
                    });
                    if (contracted.isEmpty()) {
                        program.ops().stream().flatMap(op -> op.operands().stream()).filter(members::contains).distinct().forEach(value ->
                                contracted.addAll(fromSlice(program.contractedDims(value), value.type().rank() - rank)));
                    }
                }
            }
        }
        var order = ordered(slice, batch, contracted);
        family.forEach(value -> chosen.put(value, behind(value.type().rank() - rank, order)));
    }

    private static Set<Integer> fromSlice(Set<Integer> dims, int stacked) {
        return dims.stream().filter(dim -> dim >= stacked).map(dim -> dim - stacked).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What has windows keeps the order of its dims, and so does a window, with room for the rest of its dim. */
    private void windows(Repeat repeat) {
        var body = grouped.module().functions().get(repeat.body().callee());
        int carried = repeat.carried().size();
        for (int s = 0; s < repeat.sliced().size(); s++) {
            window(repeat.sliced().get(s), body.arguments().get(carried + repeat.invariant().size() + s));
        }
        for (int r = carried; r < repeat.results().size(); r++) {
            window(repeat.results().get(r), body.results().get(r));
        }
    }

    private void window(Value stack, Value slice) {
        var cut = grouped.cuts().get(stack);
        if (cut != null) {
            chosen.putIfAbsent(cut.root(), rowMajor(cut.root()));
            var pieces = new ArrayList<>(rowMajor(slice).pieces());
            if (cut.dim() > 0) {
                pieces.set(cut.dim(), new Layout.Piece(cut.dim(), new Layout.Part.Padded(cut.root().type().dims().get(cut.dim()).known())));
            }
            chosen.putIfAbsent(slice, new Layout(ImmutableList.copyOf(pieces)));
        }
    }

    /**
     * Weights that some step copies, because a loop carries them or a body returns them, and those that go to other devices: bytes are moved, so they
     * keep their order.
     */
    private static Set<Value> copied(GroupedModule grouped) {
        var copied = new LinkedHashSet<Value>();
        grouped.functions().forEach((name, steps) -> {
            if (!name.equals(grouped.module().entry())) {
                grouped.module().functions().get(name).results().forEach(value -> copied.add(grouped.weights().get(value)));
            }
            for (var step : steps) {
                if (step instanceof GroupedModule.Step.Loop(var repeat)) {
                    repeat.carried().forEach(value -> copied.add(grouped.weights().get(value)));
                }
                if (step instanceof GroupedModule.Step.Start(var collective)) {
                    copied.add(grouped.weights().get(collective.operand()));
                }
            }
        });
        copied.remove(null);
        return copied;
    }

    private static Layout rowMajor(Value value) {
        return Layout.rowMajor(value.type().rank());
    }

    private static Layout ordered(Value value, Set<Integer> outermost, Set<Integer> contracted) {
        int rank = value.type().rank();
        var order = new LinkedHashSet<Integer>();
        IntStream.range(0, rank).filter(outermost::contains).forEach(order::add);
        // The last dim that is left stays innermost: programs write neighbours along it.
        int last = IntStream.range(0, rank).filter(d -> !outermost.contains(d)).max().orElse(rank);
        IntStream.range(0, last).filter(d -> !contracted.contains(d)).forEach(order::add);
        IntStream.range(0, rank).forEach(order::add);
        return Layout.ofOrder(List.copyOf(order));
    }

    private void weight(Value value, int columnDim) {
        var weight = grouped.weights().get(value);
        if (weight == null || copied.contains(weight)) {
            return;
        }
        long columns = value.type().dims().get(columnDim).known();
        long factor = columns <= target.panel() / 2 ? target.panel() / 2 : target.panel();
        var slice = weightSlices.computeIfAbsent(weight, _ -> Layout.panels(List.of(), columnDim, factor, List.of(1 - columnDim)));
        grouped.weights().forEach((seen, origin) -> {
            if (origin == weight) {
                chosen.put(seen, behind(seen.type().rank() - 2, slice));
            }
        });
    }

    /** The layout of a stack of slices, {@code stacked} dims more. */
    private static Layout behind(int stacked, Layout slice) {
        var pieces = ImmutableList.<Layout.Piece>builder();
        IntStream.range(0, stacked).forEach(d -> pieces.add(new Layout.Piece(d, new Layout.Part.Whole())));
        slice.pieces().forEach(piece -> pieces.add(new Layout.Piece(piece.dim() + stacked, piece.part())));
        return new Layout(pieces.build());
    }
}
