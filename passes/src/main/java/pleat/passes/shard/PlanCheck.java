package pleat.passes.shard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.derive.Derived;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;

/** Whether a plan fits a module, and says all that the lowering asks. */
final class PlanCheck {
    private final TensorModule module;
    private final ShardPlan plan;
    private final List<String> wrong = new ArrayList<>();

    private PlanCheck(TensorModule module, ShardPlan plan) {
        this.module = module;
        this.plan = plan;
    }

    /** @throws UserException with what does not fit */
    static void check(TensorModule module, ShardPlan plan) {
        var check = new PlanCheck(module, plan);
        check.names();
        if (check.wrong.isEmpty()) {
            check.visit(module.entryFunction(), new LinkedHashSet<>());
        }
        if (!check.wrong.isEmpty()) {
            throw new UserException("the plan does not fit the module:\n  " + String.join("\n  ", check.wrong.subList(0, Math.min(5, check.wrong.size()))));
        }
    }

    private void names() {
        plan.functions().forEach((name, choices) -> {
            Function function = module.functions().get(name);
            if (function == null) {
                wrong.add("there is no function `@" + name + "`");
                return;
            }
            var known = ValueNames.of(function).keySet();
            var spoken = new LinkedHashSet<>(choices.values().keySet());
            spoken.addAll(choices.cuts().keySet());
            spoken.stream().filter(value -> !known.contains(value)).forEach(value -> wrong.add("there is no `%" + value + "` in `@" + name + "`"));
        });
    }

    private void visit(Function function, Set<String> done) {
        if (!done.add(function.name())) {
            return;
        }
        OfFunction choices = plan.of(function.name());
        Map<String, Value> values = ValueNames.of(function);
        values.forEach((name, value) -> {
            if (choices.value(name).isEmpty()) {
                wrong.add("`%" + name + "` of `@" + function.name() + "` is left open");
            } else {
                fits(function, "%" + name, value, choices.value(name).get());
            }
        });
        if (choices.returns().size() != function.returns().size()) {
            wrong.add("what `@" + function.name() + "` returns is left open");
            return;
        }
        for (int r = 0; r < choices.returns().size(); r++) {
            fits(function, "result " + r, function.results().get(r), choices.returns().get(r));
        }
        var names = new LinkedHashMap<Value, String>();
        values.forEach((name, value) -> names.put(value, name));
        for (Op op : function.body()) {
            check(function, op, choices, names, done);
        }
    }

    private void fits(Function function, String what, Value value, Sharding sharding) {
        if (!sharding.fits(value.type(), plan.mesh())) {
            wrong.add("`" + what + "` of `@" + function.name() + "`, of type `" + value.type() + "`, cannot be `" + sharding + "` on " + plan.mesh());
        }
    }

    private void check(Function function, Op op, OfFunction choices, Map<Value, String> names, Set<String> done) {
        switch (op) {
            case Op.Call call -> wrong.add("`@" + call.callee() + "` is called; calls are to be inlined first");
            case Op.Collective _ -> wrong.add("`@" + function.name() + "` has collectives already");
            case Op.Repeat repeat -> {
                Function body = module.functions().get(repeat.body().callee());
                visit(body, done);
                OfFunction inner = plan.of(body.name());
                List<String> parameters = List.copyOf(ValueNames.of(body).keySet());
                for (int c = 0; c < repeat.carried().size() && inner.returns().size() == body.returns().size(); c++) {
                    if (!inner.value(parameters.get(c)).equals(Optional.of(inner.returns().get(c)))) {
                        wrong.add("`%" + parameters.get(c) + "` of `@" + body.name() + "` is carried and returned otherwise");
                    }
                }
            }
            case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> {
                String name = names.get(op.results().getFirst());
                var cuts = choices.cuts(name);
                if (cuts.isPresent() && Needs.of(op, cuts.get(), plan.mesh()) instanceof Derived.No<Needs>(String reason)) {
                    wrong.add("`%" + name + "` of `@" + function.name() + "` cannot be cut so: " + reason);
                }
            }
        }
    }
}
