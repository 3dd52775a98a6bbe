package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Constants;
import pleat.frontend.check.Environment;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.Statement;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Writes a loop as the repetition of a function: what it carries, what it reads from around it, and slices of what it goes over.
 */
final class LoopLowering {
    private final Session session;
    private final Scope scope;
    private final FunctionBuilder builder;
    private final Item.Module module;

    LoopLowering(Session session, Scope scope, FunctionBuilder builder, Item.Module module) {
        this.session = session;
        this.scope = scope;
        this.builder = builder;
        this.module = module;
    }

    void lower(Statement.Loop loop) {
        var results = results(new Statement.Loop(overPresent(loop.header()), loop.body(), loop.span()));
        for (Name name : names(loop.header())) {
            if (results.isEmpty()) {
                scope.poison(name.text());
            } else if (results.get().containsKey(name.text())) {
                scope.define(name.text(), results.get().get(name.text()));
            }
        }
    }

    /** Without the inputs that are not there with these settings. */
    private Statement.LoopHeader overPresent(Statement.LoopHeader header) {
        var present = header.over().stream().filter(name -> !(scope.meaning(name.text()) instanceof Environment.Unknown))
                .collect(ImmutableList.toImmutableList());
        return new Statement.LoopHeader(header.counter(), header.count(), header.carried(), present, header.results());
    }

    private static List<Name> names(Statement.LoopHeader header) {
        return Stream.of(header.carried(), header.kept(), header.collected()).flatMap(List::stream).toList();
    }

    private Optional<Map<String, Value>> results(Statement.Loop loop) {
        var header = loop.header();
        var count = new Constants(scope.constants(), session::report).whole(header.count(), "the number of turns");
        var carried = tensors(header.carried());
        var over = tensors(header.over());
        if (count.isEmpty() || carried.isEmpty() || over.isEmpty()) {
            return Optional.empty();
        }
        if (count.getAsLong() < 1 || count.getAsLong() > Limits.MAX_TURNS) {
            session.report(Diagnostic.of(CheckCode.BAD_SIZE, header.count().span(), "the loop has %d turns", count.getAsLong())
                    .help("a loop has from 1 to %d turns", Limits.MAX_TURNS));
            return Optional.empty();
        }
        return sliceable(header, over.get(), count.getAsLong()) ? repeat(loop, count.getAsLong(), carried.get(), over.get())
                : Optional.empty();
    }

    private Optional<List<Value>> tensors(List<Name> names) {
        var values = new ArrayList<Value>();
        for (Name name : names) {
            switch (scope.meaning(name.text())) {
                case Environment.Tensor(Value value) -> values.add(value);
                case Environment.Poisoned _ -> {
                    return Optional.empty();
                }
                case Environment.Callable _, Environment.Unknown _ -> {
                    session.report(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(), "`%s` is no tensor", name));
                    return Optional.empty();
                }
            }
        }
        return Optional.of(values);
    }

    private boolean sliceable(Statement.LoopHeader header, List<Value> over, long count) {
        for (int i = 0; i < over.size(); i++) {
            var dims = over.get(i).type().dims();
            if (dims.isEmpty() || !dims.getFirst().equals(Dim.of(count))) {
                session.report(Diagnostic.of(CheckCode.SIZE_MISMATCH, header.over().get(i).span(),
                        "the loop has %d turns and `%s` is `%s`", count,
                        header.over().get(i), over.get(i).type()).label(header.count().span(), "the number of turns")
                        .note("each turn sees one slice along the first dim"));
                return false;
            }
        }
        return true;
    }

    private Optional<Map<String, Value>> repeat(Statement.Loop loop, long count, List<Value> carried, List<Value> over) {
        var body = new FunctionBuilder(Optional.of(builder));
        var inside = scope.inside(body);
        var parameters = new ArrayList<Value>();
        for (int i = 0; i < carried.size(); i++) {
            parameters.add(define(inside, body, loop.header().carried().get(i), carried.get(i).type()));
        }
        var slices = slices(loop.header(), over, inside, body);
        new Statements(session, inside, body, module).run(loop.body());
        return states(loop.header(), inside, carried).flatMap(states -> made(loop.header().collected(), inside).map(collected -> {
            var initial = new ArrayList<>(carried);
            for (Return kept : states.subList(carried.size(), states.size())) {
                parameters.add(body.parameter(kept.external() + ".before", kept.value().type()));
                initial.add(zeros(kept, loop));
            }
            parameters.addAll(body.captured().values());
            parameters.addAll(slices);
            var returns = ImmutableList.<Return>builder().addAll(states).addAll(collected).build();
            var callee = session.add(module.name() + ".loop", Session.plain(parameters), body.ops(), returns);
            var invariant = body.captured().keySet().stream().map(builder::local).collect(ImmutableList.toImmutableList());
            var sliced = ImmutableList.<Value>builder().add(positions(loop.header(), count)).addAll(over).build();
            var results = results(returns, states.size(), count);
            builder.emit(new Op.Repeat(results, new Op.Repeat.Body(callee, count, false), ImmutableList.copyOf(initial), invariant,
                    sliced, FunctionBuilder.location(loop.span())));
            return results.stream().collect(ImmutableMap.toImmutableMap(Value::name, value -> value, (_, last) -> last));
        }));
    }

    /** What a kept value is before the first turn, which nothing reads. */
    private Value zeros(Return kept, Statement.Loop loop) {
        var dims = kept.value().type().dims();
        var axes = IntStream.range(0, dims.size()).mapToObj(dim -> new Axis("d" + dim, dims.get(dim))).toList();
        var equation = Equation.of(axes, axes.size(), List.of(), Reduction.NONE, new Scalar.Const(0));
        return builder.emit(new Op.Compute(new Value(kept.external() + ".zeros", kept.value().type()), equation, ImmutableList.of(),
                FunctionBuilder.location(loop.span())));
    }

    private static List<Value> slices(Statement.LoopHeader header, List<Value> over, Scope inside, FunctionBuilder body) {
        var slices = new ArrayList<Value>();
        slices.add(define(inside, body, header.counter(), TensorType.of(DType.I64, List.of())));
        for (int i = 0; i < over.size(); i++) {
            var type = over.get(i).type();
            slices.add(define(inside, body, header.over().get(i),
                    TensorType.of(type.dtype(), type.dims().subList(1, type.rank()))));
        }
        return slices;
    }

    private static ImmutableList<Value> results(List<Return> returns, int states, long count) {
        var results = ImmutableList.<Value>builder();
        for (int i = 0; i < returns.size(); i++) {
            var type = returns.get(i).value().type();
            results.add(new Value(returns.get(i).external(), i < states ? type : Calls.stacked(type, count)));
        }
        return results.build();
    }

    private static Value define(Scope inside, FunctionBuilder body, Name name, TensorType type) {
        var value = body.parameter(name.text(), type);
        inside.define(name.text(), value);
        return value;
    }

    /** What goes from turn to turn: what the loop carries, then what it keeps. */
    private Optional<List<Return>> states(Statement.LoopHeader header, Scope inside, List<Value> carried) {
        var states = new ArrayList<Return>();
        for (int i = 0; i < carried.size(); i++) {
            var name = header.carried().get(i);
            if (!(inside.meaning(name.text()) instanceof Environment.Tensor(Value value))) {
                return Optional.empty();
            }
            if (!value.type().equals(carried.get(i).type())) {
                session.report(Diagnostic.of(CheckCode.CARRIED_TYPE, name.span(), "a carried value keeps its type")
                        .here("goes in as `%s` and comes out as `%s`", carried.get(i).type(), value.type()));
                return Optional.empty();
            }
            states.add(new Return(value, name.text()));
        }
        return made(header.kept(), inside).map(kept -> {
            states.addAll(kept);
            return states;
        });
    }

    /** Those of the names that the body assigns with these settings. */
    private static Optional<List<Return>> made(List<Name> names, Scope inside) {
        var made = new ArrayList<Return>();
        for (Name name : names) {
            switch (inside.meaning(name.text())) {
                case Environment.Tensor(Value value) -> made.add(new Return(value, name.text()));
                case Environment.Poisoned _, Environment.Callable _ -> {
                    return Optional.empty();
                }
                case Environment.Unknown _ -> {
                }
            }
        }
        return Optional.of(made);
    }

    /** The numbers of the turns, of which each turn gets its own. */
    private Value positions(Statement.LoopHeader header, long count) {
        var equation = Equation.of(List.of(new Axis(header.counter().text(), Dim.of(count))), 1, List.of(), Reduction.NONE,
                new Scalar.Position(0));
        var value = new Value(header.counter().text(), TensorType.of(DType.I64, count));
        return builder.emit(new Op.Compute(value, equation, ImmutableList.of(),
                FunctionBuilder.location(header.counter().span())));
    }
}
