package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** The types that an op's results have, or what does not fit in its operands. */
public final class ResultTypes {
    private ResultTypes() {}

    /** Extents of the result of an equation over operands of these types, each read checked against its operand. */
    public static Derived<ImmutableList<Dim>> of(Equation equation, List<TensorType> operands) {
        for (int r = 0; r < operands.size(); r++) {
            var access = equation.reads().get(r);
            var dims = operands.get(r).dims();
            if (access.rank() != dims.size()) {
                return Derived.no("read %s has %s subscripts for an operand of %s dims", r, access.rank(), dims.size());
            }
            for (int d = 0; d < dims.size() && !access.guarded(); d++) {
                if (!Subscripts.isInside(access.subscripts().get(d), equation.axes(), dims.get(d))) {
                    return Derived.no("%s", outside(equation, "read " + r, access, d, dims.get(d)));
                }
            }
        }
        for (int d = 0; d < equation.dims().size(); d++) {
            if (!Subscripts.isInside(equation.write().subscripts().get(d), equation.axes(), equation.dims().get(d))) {
                return Derived.no("%s", outside(equation, "the write", equation.write(), d, equation.dims().get(d)));
            }
        }
        boolean once = Subscripts.isInjective(equation.write(), equation.axes()) && IntStream.range(0, equation.axes().size())
                .allMatch(a -> equation.write().uses(a) || Dim.of(1).equals(equation.axes().get(a).extent()));
        return equation.isMap() && !once ? Derived.no("several points write to one place and nothing combines them")
                : Derived.yes(equation.dims());
    }

    private static String outside(Equation equation, String what, Access access, int dim, Dim extent) {
        var bare = access.subscripts().get(dim).bareAxis();
        if (bare.isPresent()) {
            Axis axis = equation.axes().get(bare.getAsInt());
            return "axis `" + axis.name() + "` has two sizes: " + axis.extent() + " and " + extent + " (dim " + dim + " of "
                    + what + ")";
        }
        var range = Subscripts.range(access.subscripts().get(dim), equation.axes());
        return "dim " + dim + " of " + what + " has " + extent + " positions, and its subscript goes from " + range.min() + " to "
                + range.max();
    }

    /**
     * Types of all results; where a result's extent is a choice of the op ({@link Op.ScatterAdd}, {@link Op.Random}), the one it
     * made.
     */
    public static Derived<ImmutableList<TensorType>> of(Op op, TensorModule module) {
        return switch (op) {
            case Op.Compute compute -> of(compute.equation(), types(compute.operands()))
                    .map(dims -> ImmutableList.of(new TensorType(compute.result().type().dtype(), dims)));
            case Op.Call call -> {
                var callee = module.functions().get(call.callee());
                yield matches(types(callee.arguments()), types(call.operands()), types(callee.results()));
            }
            case Op.Repeat repeat -> repeat(repeat, module);
            case Op.Gather(_, Value table, Value indices, _) -> table.type().rank() == 0
                    ? Derived.no("a table has at least one dim")
                    : Derived.yes(ImmutableList.of(new TensorType(table.type().dtype(), ImmutableList.<Dim>builder()
                            .addAll(indices.type().dims()).addAll(rest(table.type())).build())));
            case Op.ScatterAdd(Value result, Value updates, Value indices, _) -> {
                var expected = ImmutableList.<Dim>builder().addAll(indices.type().dims()).addAll(rest(result.type())).build();
                yield updates.type().dims().equals(expected) ? Derived.yes(ImmutableList.of(result.type()))
                        : Derived.no("updates are %s, and indices and result make them %s", updates.type().dims(), expected);
            }
            case Op.Random random -> Derived.yes(ImmutableList.of(random.result().type()));
            case Op.Collective(_, var transfer, Value operand, _) -> module.device().isEmpty()
                    ? Derived.no("a program of one device has no collectives")
                    : Transfers.resultType(transfer, operand.type(), module.device().get()).map(ImmutableList::of);
        };
    }

    private static Derived<ImmutableList<TensorType>> repeat(Op.Repeat repeat, TensorModule module) {
        var body = module.functions().get(repeat.body().callee());
        var count = Dim.of(repeat.body().count());
        var given = ImmutableList.<TensorType>builder().addAll(types(repeat.carried())).addAll(types(repeat.invariant()));
        for (Value sliced : repeat.sliced()) {
            if (sliced.type().rank() == 0 || !sliced.type().dims().getFirst().equals(count)) {
                return Derived.no("`%s` is sliced %s times and is %s", sliced.name(), count, sliced.type());
            }
            given.add(new TensorType(sliced.type().dtype(), rest(sliced.type())));
        }
        int carried = repeat.carried().size();
        var returned = types(body.results());
        if (returned.size() < carried || !returned.subList(0, carried).equals(types(repeat.carried()))) {
            return Derived.no("the body returns other types than it carries");
        }
        var results = ImmutableList.<TensorType>builder().addAll(returned.subList(0, carried));
        returned.subList(carried, returned.size()).forEach(type -> results.add(new TensorType(type.dtype(),
                ImmutableList.<Dim>builder().add(count).addAll(type.dims()).build())));
        return matches(types(body.arguments()), given.build(), results.build());
    }

    private static Derived<ImmutableList<TensorType>> matches(List<TensorType> expected, List<TensorType> given,
            ImmutableList<TensorType> results) {
        if (expected.size() != given.size()) {
            return Derived.no("%s parameters get %s operands", expected.size(), given.size());
        }
        return IntStream.range(0, given.size()).filter(i -> !expected.get(i).equals(given.get(i))).boxed().findFirst()
                .map(i -> Derived.<ImmutableList<TensorType>>no("parameter %s is %s and gets %s", i, expected.get(i),
                        given.get(i)))
                .orElse(Derived.yes(results));
    }

    private static ImmutableList<Dim> rest(TensorType type) {
        return type.dims().subList(Math.min(1, type.rank()), type.rank());
    }

    private static ImmutableList<TensorType> types(List<Value> values) {
        return values.stream().map(Value::type).collect(ImmutableList.toImmutableList());
    }
}
