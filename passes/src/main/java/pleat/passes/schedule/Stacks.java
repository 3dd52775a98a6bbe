package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.Value;

/**
 * Values that are one memory seen from several functions: what a repetition collects, the stack of it, the slice that another repetition is
 * given, and what is handed to a repetition unchanged. All of them lie alike, apart from the dims that they are stacked along. So do what a
 * device gives to an exchange and what it gets.
 */
final class Stacks {
    private final GroupedModule grouped;
    private final Map<Value, Value> parents = new LinkedHashMap<>();
    private final Set<Value> fixed = new LinkedHashSet<>();
    private final boolean plainExchanges;

    private Stacks(GroupedModule grouped, boolean plainExchanges) {
        this.grouped = grouped;
        this.plainExchanges = plainExchanges;
    }

    /**
     * The families of two or more values whose order of dims nothing outside decides. What comes from outside, goes there, is carried, or
     * belongs to an op that is neither a program nor an exchange keeps the order of its dims, and with it its whole family.
     */
    static ImmutableList<ImmutableList<Value>> of(GroupedModule grouped, boolean plainExchanges) {
        var stacks = new Stacks(grouped, plainExchanges || !hasEqualParts(grouped));
        var entry = grouped.module().entryFunction();
        stacks.fixed.addAll(entry.arguments());
        stacks.fixed.addAll(entry.results());
        grouped.functions().values().forEach(steps -> steps.forEach(stacks::meet));
        var families = new LinkedHashMap<Value, List<Value>>();
        stacks.parents.keySet().forEach(value -> families.computeIfAbsent(stacks.root(value), _ -> new ArrayList<>()).add(value));
        return families.values().stream().filter(family -> family.stream().noneMatch(stacks.fixed::contains)).map(ImmutableList::copyOf)
                .collect(ImmutableList.toImmutableList());
    }

    private void meet(GroupedModule.Step step) {
        switch (step) {
            case GroupedModule.Step.Program _, GroupedModule.Step.Await _, GroupedModule.Step.View _ -> {
            }
            case GroupedModule.Step.Alone(var op) -> keep(op);
            case GroupedModule.Step.Start(var collective) -> meet(collective);
            case GroupedModule.Step.Loop(var repeat) -> meet(repeat, grouped.module().functions().get(repeat.body().callee()));
        }
    }

    // Members of an exchange have to lay their parts out alike. Where parts are equal, so are the programs of the members but for where a part starts, and
    // each comes to the same order by itself; elsewhere everybody keeps the order of the dims.
    private void meet(Op.Collective collective) {
        switch (collective.transfer()) {
            case Transfer.AllGather _, Transfer.ReduceScatter _, Transfer.AllToAll _, Transfer.AllReduce _ when !plainExchanges ->
                    join(collective.operand(), collective.result(), false);
            case Transfer.AllGather _, Transfer.ReduceScatter _, Transfer.AllToAll _, Transfer.AllReduce _, Transfer.Halo _, Transfer.FoldHalo _, Transfer.Vary _,
                    Transfer.Slice _ -> keep(collective);
        }
    }

    private static boolean hasEqualParts(GroupedModule grouped) {
        return grouped.module().device().stream().allMatch(device -> grouped.functions().values().stream().flatMap(List::stream)
                .flatMap(step -> step instanceof GroupedModule.Step.Start(var collective)
                        ? Exchanges.of(collective.transfer(), device).pattern().cuts().stream() : Stream.of())
                .allMatch(cut -> cut.extents().stream().distinct().count() == 1));
    }

    private void keep(Op op) {
        fixed.addAll(op.operands());
        fixed.addAll(op.results());
    }

    private void meet(Repeat repeat, Function body) {
        int carried = repeat.carried().size();
        for (int o = 0; o < repeat.operands().size(); o++) {
            join(repeat.operands().get(o), body.arguments().get(o), o < carried);
        }
        for (int r = 0; r < repeat.results().size(); r++) {
            join(repeat.results().get(r), body.results().get(r), r < carried);
        }
    }

    private void join(Value outside, Value inside, boolean isCarried) {
        if (isCarried) {
            fixed.add(outside);
            fixed.add(inside);
        }
        // Windows are of values that keep the order of their dims.
        if (grouped.cuts().containsKey(outside)) {
            fixed.addAll(List.of(outside, inside, grouped.cuts().get(outside).root()));
        }
        parents.put(root(outside), root(inside));
    }

    private Value root(Value value) {
        var parent = parents.computeIfAbsent(value, v -> v);
        return parent == value ? value : root(parent);
    }
}
