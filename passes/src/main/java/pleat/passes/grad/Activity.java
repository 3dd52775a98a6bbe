package pleat.passes.grad;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import pleat.ir.derive.Adjoints;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Which values of a function lie on a differentiable way from some of its parameters to some of its returned values; only they
 * get adjoints.
 *
 * @param active values that depend on a wanted parameter and on which a seeded return depends
 */
record Activity(Set<Value> active) {

    /** @param wanted positions of parameters; {@code seeded} positions of returned values */
    static Activity of(TensorModule module, Function function, BitSet wanted, BitSet seeded) {
        var varied = new LinkedHashSet<Value>();
        wanted.stream().mapToObj(p -> function.arguments().get(p)).filter(v -> v.type().dtype().isFloating())
                .forEach(varied::add);
        function.body().forEach(op -> vary(module, op, varied));
        var useful = new LinkedHashSet<Value>();
        seeded.stream().mapToObj(r -> function.results().get(r)).filter(v -> v.type().dtype().isFloating()).forEach(useful::add);
        function.body().reversed().forEach(op -> use(module, op, useful));
        varied.retainAll(useful);
        return new Activity(varied);
    }

    boolean isActive(Value value) {
        return active.contains(value);
    }

    private static void vary(TensorModule module, Op op, Set<Value> varied) {
        switch (op) {
            case Op.Compute compute -> {
                for (int r = 0; r < compute.operands().size(); r++) {
                    if (varied.contains(compute.operands().get(r)) && Adjoints.flows(compute, r)) {
                        varied.add(compute.result());
                    }
                }
            }
            case Op.Call call -> throw new IllegalStateException("call of @" + call.callee() + " is not inlined");
            case Op.Repeat repeat -> {
                var results = fixpoint(repeat, positions(repeat.operands(), varied), p -> reachedReturns(module, repeat, p));
                results.stream().mapToObj(repeat.results()::get).forEach(varied::add);
            }
            case Op.Gather gather -> addIf(varied, gather.table(), gather.result());
            case Op.ScatterAdd scatter -> addIf(varied, scatter.updates(), scatter.result());
            case Op.Collective collective -> addIf(varied, collective.operand(), collective.result());
            case Op.Random _ -> {
            }
        }
    }

    private static void use(TensorModule module, Op op, Set<Value> useful) {
        switch (op) {
            case Op.Compute compute -> {
                for (int r = 0; r < compute.operands().size(); r++) {
                    if (useful.contains(compute.result()) && Adjoints.flows(compute, r)) {
                        useful.add(compute.operands().get(r));
                    }
                }
            }
            case Op.Call call -> throw new IllegalStateException("call of @" + call.callee() + " is not inlined");
            case Op.Repeat repeat -> {
                var operands = fixpoint(repeat, positions(repeat.results(), useful), r -> usedParameters(module, repeat, r));
                operands.stream().mapToObj(repeat.operands()::get).forEach(useful::add);
            }
            case Op.Gather gather -> addIf(useful, gather.result(), gather.table());
            case Op.ScatterAdd scatter -> addIf(useful, scatter.result(), scatter.updates());
            case Op.Collective collective -> addIf(useful, collective.result(), collective.operand());
            case Op.Random _ -> {
            }
        }
    }

    private static void addIf(Set<Value> values, Value premise, Value conclusion) {
        if (values.contains(premise)) {
            values.add(conclusion);
        }
    }

    static BitSet positions(List<Value> values, Set<Value> among) {
        var bits = new BitSet();
        for (int v = 0; v < values.size(); v++) {
            bits.set(v, among.contains(values.get(v)));
        }
        return bits;
    }

    /**
     * Steps from one end of a repetition's body to the other until the carried values, which are the first at both ends, no
     * longer grow.
     *
     * @param start positions at the near end, operands or results
     * @return positions at the far end
     */
    private static BitSet fixpoint(Op.Repeat repeat, BitSet start, UnaryOperator<BitSet> step) {
        var near = (BitSet) start.clone();
        while (true) {
            var far = step.apply(near);
            int before = near.cardinality();
            for (int c = 0; c < repeat.carried().size(); c++) {
                if (far.get(c)) {
                    near.set(c);
                }
            }
            if (near.cardinality() == before) {
                // A carried value that is reached before the first or after the last iteration is reached.
                start.stream().filter(c -> c < repeat.carried().size()).forEach(far::set);
                return far;
            }
        }
    }

    private static BitSet reachedReturns(TensorModule module, Op.Repeat repeat, BitSet parameters) {
        var body = module.functions().get(repeat.body().callee());
        var varied = new LinkedHashSet<Value>();
        parameters.stream().mapToObj(p -> body.arguments().get(p)).forEach(varied::add);
        body.body().forEach(op -> vary(module, op, varied));
        return positions(body.results(), varied);
    }

    private static BitSet usedParameters(TensorModule module, Op.Repeat repeat, BitSet returns) {
        var body = module.functions().get(repeat.body().callee());
        var useful = new LinkedHashSet<Value>();
        returns.stream().mapToObj(r -> body.results().get(r)).forEach(useful::add);
        body.body().reversed().forEach(op -> use(module, op, useful));
        return positions(body.arguments(), useful);
    }

    /**
     * What of a repetition takes part: the parameters of its body whose adjoints are wanted, and the returns that have one.
     *
     * @param parameters positions in the body's parameters, which are also those in the op's operands
     * @param returns positions in the body's returns, which are also those in the op's results
     */
    record Ends(BitSet parameters, BitSet returns) {
        ImmutableList<Integer> parameters(int from, int to) {
            return parameters.stream().filter(p -> p >= from && p < to).boxed().collect(ImmutableList.toImmutableList());
        }

        ImmutableList<Integer> returns(int from, int to) {
            return returns.stream().filter(r -> r >= from && r < to).boxed().collect(ImmutableList.toImmutableList());
        }
    }

    /** A carried value takes part if it does in any iteration. */
    Ends ends(TensorModule module, Op.Repeat repeat) {
        int carried = repeat.carried().size();
        var varied = positions(repeat.operands(), active);
        var reached = fixpoint(repeat, varied, p -> reachedReturns(module, repeat, p));
        var useful = positions(repeat.results(), active);
        var used = fixpoint(repeat, useful, r -> usedParameters(module, repeat, r));
        var parameters = new BitSet();
        var returns = new BitSet();
        for (int p = 0; p < repeat.operands().size(); p++) {
            parameters.set(p, used.get(p) && (p < carried ? reached.get(p) || varied.get(p) : varied.get(p)));
        }
        for (int r = 0; r < repeat.results().size(); r++) {
            returns.set(r, r < carried ? parameters.get(r) : reached.get(r) && useful.get(r));
        }
        return new Ends(parameters, returns);
    }

    static List<Value> at(List<Value> values, List<Integer> positions) {
        var chosen = new ArrayList<Value>();
        positions.forEach(p -> chosen.add(values.get(p)));
        return chosen;
    }
}
