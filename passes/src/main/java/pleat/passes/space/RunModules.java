package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.Rebuild;
import pleat.passes.planner.Run;

/** Cuts repetitions where copies begin to choose otherwise: each run of equal copies becomes a repetition of a function of its own. */
final class RunModules {
    private RunModules() {}

    /** The repetitions of the entry function, in order. */
    static List<Op.Repeat> repeats(TensorModule module) {
        return module.entryFunction().body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast).toList();
    }

    /** The same instance if every repetition is one run. */
    static TensorModule of(TensorModule module, Outcome.Found found) {
        var counts = new LinkedHashMap<Integer, List<Long>>();
        for (Run run : found.plan().runs()) {
            counts.computeIfAbsent(run.link(), _ -> new ArrayList<>()).add(run.count());
        }
        var ofRepeats = IntStream.range(0, found.space().blocks().size()).filter(b -> found.space().blocks().get(b).facts().isRepeated())
                .mapToObj(counts::get).toList();
        if (ofRepeats.stream().allMatch(runs -> runs.size() == 1)) {
            return module;
        }
        var functions = new LinkedHashMap<>(module.functions());
        var entry = functions.remove(module.entry());
        var body = new ArrayList<Op>();
        int repeats = 0;
        for (Op op : entry.body()) {
            if (op instanceof Op.Repeat repeat && ofRepeats.get(repeats++).size() > 1) {
                split(repeat, ofRepeats.get(repeats - 1), functions, body);
            } else {
                body.add(op);
            }
        }
        functions.put(entry.name(), entry.withBody(body));
        return new TensorModule(module.name(), ImmutableMap.copyOf(functions), module.entry());
    }

    private static void split(Op.Repeat repeat, List<Long> counts, Map<String, Function> functions, List<Op> body) {
        if (repeat.results().size() > repeat.carried().size() || repeat.body().reversed()) {
            throw new UserException("the repetition of `@" + repeat.body().callee() + "` collects values or runs backwards, and cannot be cut into runs");
        }
        var callee = functions.get(repeat.body().callee());
        var carried = repeat.carried();
        long first = 0;
        for (int r = 0; r < counts.size(); r++) {
            long count = counts.get(r);
            var name = r == 0 ? callee.name() : freshName(callee.name() + "_" + r, functions);
            if (r > 0) {
                var copy = Rebuild.copy(callee);
                functions.put(name, new Function(name, copy.parameters(), copy.body(), copy.returns()));
            }
            var results = r == counts.size() - 1 ? repeat.results()
                    : carried.stream().map(v -> new Value(v.name(), v.type())).collect(ImmutableList.toImmutableList());
            var sliced = ImmutableList.<Value>builder();
            for (Value stack : repeat.sliced()) {
                var part = part(stack, first, count);
                body.add(part);
                sliced.add(part.result());
            }
            body.add(new Op.Repeat(results, new Op.Repeat.Body(name, count, false), carried, repeat.invariant(), sliced.build(), repeat.location()));
            carried = results;
            first += count;
        }
    }

    private static String freshName(String wish, Map<String, Function> functions) {
        String name = wish;
        while (functions.containsKey(name)) {
            name += "_";
        }
        return name;
    }

    /** The slices {@code first} to {@code first + count - 1} of what a repetition goes through. */
    private static Op.Compute part(Value stack, long first, long count) {
        var dims = ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(stack.type().dims().subList(1, stack.type().rank())).build();
        var axes = IntStream.range(0, dims.size()).mapToObj(d -> new Axis("i" + d, dims.get(d))).toList();
        var subscripts = IntStream.range(0, dims.size()).mapToObj(d -> d == 0 ? Index.axis(0).plus(Index.constant(first)) : Index.axis(d))
                .collect(ImmutableList.toImmutableList());
        var equation = Equation.of(axes, dims.size(), List.of(new Access(subscripts, false)), Reduction.NONE, Scalar.read(0));
        return Op.compute(new Value(stack.name(), TensorType.of(stack.type().dtype(), dims)), equation, List.of(stack));
    }
}
