package pleat.passes.grad;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * The adjoint of one repetition. Forward, it also collects what each iteration started from and what a {@link KeepSet} names. Backward,
 * it is one repetition in the other direction: each iteration computes the rest of its own forward again, carries the adjoints of the
 * carried values and the sums of the adjoints of the invariant ones, and collects the adjoints of the sliced ones. Its text does
 * not grow with the number of iterations.
 */
final class RepeatAdjoint {
    private final Workplace workplace;
    private final Op.Repeat repeat;
    private final Activity.Ends ends;
    private final int carriedEnd;
    private final int invariantEnd;
    private final int operandEnd;
    private final BodyAdjoint body;
    private final ImmutableList<Value> saved;

    RepeatAdjoint(Workplace workplace, Op.Repeat repeat, Activity.Ends ends) {
        this.workplace = workplace;
        this.repeat = repeat;
        this.ends = ends;
        this.carriedEnd = repeat.carried().size();
        this.invariantEnd = carriedEnd + repeat.invariant().size();
        this.operandEnd = invariantEnd + repeat.sliced().size();
        this.body = new BodyAdjoint();
        this.saved = Stream.concat(repeat.carried().stream(), body.kept.stream()).map(v -> new Value(v.name() + "_each", stacked(v.type())))
                .collect(ImmutableList.toImmutableList());
    }

    private TensorType stacked(TensorType slice) {
        return TensorType.of(slice.dtype(),
                ImmutableList.<Dim>builder().add(Dim.of(repeat.body().count())).addAll(slice.dims()).build());
    }

    /** The repetition with those of the values that each iteration starts from or keeps as further results that going back needs. */
    Op.Repeat forward() {
        var results = ImmutableList.<Value>builder().addAll(repeat.results()).addAll(body.usedCollected(saved)).build();
        return new Op.Repeat(results, new Op.Repeat.Body(body.saving, repeat.body().count(), repeat.body().reversed()), repeat.carried(),
                repeat.invariant(), repeat.sliced(), repeat.location());
    }

    /** Appends the backward repetition and contributes its results. */
    void backward(Backward outer) {
        var carried = ImmutableList.<Value>builder();
        ends.parameters(0, carriedEnd).forEach(c -> carried.add(outer.adjointOrZeros(repeat.results().get(c))));
        ends.parameters(carriedEnd, invariantEnd).forEach(v -> {
            var value = repeat.operands().get(v);
            carried.add(outer.steps().zeros("d_" + value.name(), value.type()));
        });
        var sliced = new ArrayList<Value>(repeat.sliced());
        sliced.addAll(saved);
        ends.returns(carriedEnd, repeat.results().size()).forEach(r -> sliced.add(outer.adjointOrZeros(repeat.results().get(r))));
        var results = ends.parameters(0, operandEnd).stream().map(p -> repeat.operands().get(p))
                .map(v -> new Value("d_" + v.name(), v.type()))
                .collect(ImmutableList.toImmutableList());
        outer.steps().add(new Op.Repeat(results, new Op.Repeat.Body(body.name, repeat.body().count(), !repeat.body().reversed()),
                carried.build(),
                body.usedInvariant(repeat.invariant()), body.usedSliced(sliced), repeat.location()));
        var parameters = ends.parameters(0, operandEnd);
        for (int p = 0; p < parameters.size(); p++) {
            outer.contribute(repeat.operands().get(parameters.get(p)), results.get(p));
        }
    }

    /** The body of the backward repetition; parameters that it turns out not to use are left out. */
    private final class BodyAdjoint {
        private final Function forward = workplace.copy(repeat.body().callee());
        private final Backward inner = new Backward(workplace, forward, ends.parameters(), ends.returns());
        private final List<Value> carried = new ArrayList<>();
        private final List<Value> invariant = forward.arguments().subList(carriedEnd, invariantEnd);
        private final List<Value> sliced = new ArrayList<>();
        private final ImmutableList<Value> kept;
        private final Set<Value> used = new LinkedHashSet<>();
        private final String name;
        /** The forward body that also returns what is collected. */
        private final String saving;

        BodyAdjoint() {
            sliced.addAll(forward.arguments().subList(invariantEnd, operandEnd));
            kept = ImmutableList.copyOf(inner.forward(workplace.keep().of(forward)));
            sliced.addAll(collected());
            for (int r : ends.returns(0, carriedEnd)) {
                seed(r, carried);
            }
            var sums = ends.parameters(carriedEnd, invariantEnd).stream().map(v -> forward.arguments().get(v))
                    .map(v -> new Value("sum_" + v.name(), v.type())).toList();
            carried.addAll(sums);
            for (int r : ends.returns(carriedEnd, repeat.results().size())) {
                seed(r, sliced);
            }
            inner.backward();
            var returned = returned(sums);
            var ops = Steps.prune(inner.steps().all(), returned);
            ops.forEach(op -> used.addAll(op.operands()));
            used.addAll(returned);
            name = workplace.freshName(forward.name() + "_adjoint");
            var parameters = Stream.of(carried, usedInvariant(invariant), usedSliced(sliced)).flatMap(List::stream);
            workplace.add(new Function(name, parameters.map(Function.Parameter::plain).collect(ImmutableList.toImmutableList()),
                    ops,
                    returned.stream().map(v -> new Function.Return(v, v.name())).collect(ImmutableList.toImmutableList())));
            workplace.noteReadBack(forward, chosen(kept, kept));
            saving = usedCollected(collected()).isEmpty() ? forward.name() : workplace.saving(inner.giving(), usedCollected(collected()));
        }

        /** What the forward repetition may collect: the values that an iteration starts from, and those that it keeps. */
        private List<Value> collected() {
            return Stream.concat(forward.arguments().subList(0, carriedEnd).stream(), kept.stream()).toList();
        }

        private void seed(int position, List<Value> parameters) {
            var result = forward.results().get(position);
            var adjoint = new Value("d_" + result.name(), result.type());
            parameters.add(adjoint);
            inner.contribute(result, adjoint);
        }

        private List<Value> returned(List<Value> sums) {
            var returned = new ArrayList<Value>();
            ends.parameters(0, carriedEnd).forEach(p -> returned.add(inner.adjointOrZeros(forward.arguments().get(p))));
            var invariants = ends.parameters(carriedEnd, invariantEnd);
            for (int v = 0; v < invariants.size(); v++) {
                var sum = sums.get(v);
                var term = inner.adjoint(forward.arguments().get(invariants.get(v)));
                returned.add(term.map(t -> inner.steps().sum(sum.name(), List.of(sum, t))).orElse(sum));
            }
            ends.parameters(invariantEnd, operandEnd)
                    .forEach(p -> returned.add(inner.adjointOrZeros(forward.arguments().get(p))));
            return returned;
        }

        /** Of a list parallel to the invariant parameters, the places that are used. */
        ImmutableList<Value> usedInvariant(List<Value> values) {
            return chosen(values, invariant);
        }

        ImmutableList<Value> usedSliced(List<Value> values) {
            return chosen(values, sliced);
        }

        /** Of a list parallel to what may be collected, the places that going back uses. */
        <T> ImmutableList<T> usedCollected(List<T> values) {
            return chosen(values, collected());
        }

        private <T> ImmutableList<T> chosen(List<T> values, List<Value> parameters) {
            return IntStream.range(0, parameters.size()).filter(p -> used.contains(parameters.get(p))).mapToObj(values::get)
                    .collect(ImmutableList.toImmutableList());
        }
    }
}
