package pleat.passes.grad;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.derive.Adjoints;
import pleat.ir.derive.Derived;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Reverse mode over the body of one function: appends the forward ops, in which repetitions that take part also collect what
 * they carry, and then the adjoint ops in reverse order. Contributions to a value's adjoint are added up when the op that makes
 * the value is reached.
 */
final class Backward {
    private final Workplace workplace;
    private final Function function;
    private final Activity activity;
    private final Steps steps = new Steps();
    private final Map<Value, List<Value>> contributions = new LinkedHashMap<>();
    private final Map<Op.Repeat, RepeatAdjoint> repeats = new LinkedHashMap<>();
    private final Set<Op> givenOps = new LinkedHashSet<>();

    /**
     * @param wanted positions of the parameters whose adjoints will be asked for
     * @param seeded positions of the returned values that have one
     */
    Backward(Workplace workplace, Function function, BitSet wanted, BitSet seeded) {
        this.workplace = workplace;
        this.function = function;
        this.activity = Activity.of(workplace.module(), function, wanted, seeded);
    }

    Steps steps() {
        return steps;
    }

    /**
     * Appends the forward ops but those that make what is given.
     *
     * @param given values that are kept from when the function ran; of an op with several results one is enough
     * @return all values that have to be given for that: every result of those ops
     */
    List<Value> forward(Set<Value> given) {
        var needed = new ArrayList<Value>();
        for (Op op : function.body()) {
            if (op instanceof Op.Repeat repeat && repeat.results().stream().anyMatch(activity::isActive)) {
                repeats.put(repeat, new RepeatAdjoint(workplace, repeat, activity.ends(workplace.module(), repeat)));
            }
            boolean isGiven = op.results().stream().anyMatch(given::contains);
            if (isGiven) {
                needed.addAll(saving(op).results());
                givenOps.add(op);
            } else {
                steps.add(saving(op));
            }
        }
        return needed;
    }

    /** The op, or the repetition that also collects what its way back needs. */
    private Op saving(Op op) {
        return op instanceof Op.Repeat repeat && repeats.containsKey(repeat) ? repeats.get(repeat).forward() : op;
    }

    /** The function as it has to run so that what is given can be given. */
    Function giving() {
        return function.withBody(function.body().stream().map(op -> givenOps.contains(op) ? saving(op) : op).toList());
    }

    /** Adds to the adjoint of a value; ignored where nothing that is wanted depends on it. */
    void contribute(Value value, Value adjoint) {
        if (activity.isActive(value)) {
            contributions.computeIfAbsent(value, _ -> new ArrayList<>()).add(adjoint);
        }
    }

    void backward() {
        function.body().reversed().forEach(this::backward);
    }

    /** The adjoint of a value none of whose readers is left; empty if nothing contributed, which means 0. */
    Optional<Value> adjoint(Value value) {
        var terms = contributions.remove(value);
        if (terms == null) {
            return Optional.empty();
        }
        var sum = steps.sum("d_" + value.name(), terms);
        contributions.put(value, new ArrayList<>(List.of(sum)));
        return Optional.of(sum);
    }

    Value adjointOrZeros(Value value) {
        return adjoint(value).orElseGet(() -> steps.zeros("d_" + value.name(), value.type()));
    }

    private void backward(Op op) {
        switch (op) {
            case Op.Compute compute -> adjoint(compute.result()).ifPresent(adjoint -> through(compute, adjoint));
            case Op.Call call -> throw new IllegalStateException("call of @" + call.callee() + " is not inlined");
            case Op.Repeat repeat -> {
                if (repeats.containsKey(repeat)) {
                    repeats.get(repeat).backward(this);
                }
            }
            case Op.Gather gather -> adjoint(gather.result()).ifPresent(adjoint -> {
                var rows = new Value("d_" + gather.table().name(), gather.table().type());
                steps.add(new Op.ScatterAdd(rows, adjoint, gather.indices(), gather.location()));
                contribute(gather.table(), rows);
            });
            case Op.ScatterAdd scatter -> adjoint(scatter.result()).ifPresent(adjoint -> {
                var updates = new Value("d_" + scatter.updates().name(), scatter.updates().type());
                steps.add(new Op.Gather(updates, adjoint, scatter.indices(), scatter.location()));
                contribute(scatter.updates(), updates);
            });
            case Op.Collective collective -> adjoint(collective.result()).ifPresent(adjoint -> {
                var back = CollectiveAdjoint.of(collective, adjoint);
                steps.add(back);
                contribute(collective.operand(), back.results().getFirst());
            });
            case Op.Random _ -> {
            }
        }
    }

    private void through(Op.Compute compute, Value adjoint) {
        for (int r = 0; r < compute.operands().size(); r++) {
            if (activity.isActive(compute.operands().get(r)) && Adjoints.flows(compute, r)) {
                switch (Adjoints.of(compute, r, adjoint)) {
                    case Derived.Yes<Adjoints.Contribution>(Adjoints.Contribution contribution) ->
                            contribute(compute.operands().get(r), steps.addContribution(contribution));
                    case Derived.No<Adjoints.Contribution>(String reason) ->
                            throw new UserException("the equation of `" + compute.result().name() + "`"
                            + (compute.location().isKnown() ? " at " + compute.location() : "") + " has no gradient for `"
                            + compute.operands().get(r).name() + "`: " + reason);
                }
            }
        }
    }
}
