package pleat.tests;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Modules drawn at random from a seed: equations, calls, a repetition with carried, sliced and collected values, a gather. They are small,
 * verified, and not in normal form, so whatever takes modules can be tested with as many as wanted.
 */
final class RandomModules {
    private static final long[] EXTENTS = {2, 3, 4, 6, 8};
    private static final int MOST_ELEMENTS = 2000;

    private final Random random;
    private final LinkedHashMap<String, Function> functions = new LinkedHashMap<>();

    private RandomModules(long seed) {
        this.random = new Random(seed);
    }

    static TensorModule of(long seed) {
        var modules = new RandomModules(seed);
        modules.entry();
        return new TensorModule("random" + seed, ImmutableMap.copyOf(modules.functions), "main");
    }

    private void entry() {
        var parameters = new ArrayList<Parameter>();
        for (int p = 0; p < 4; p++) {
            var role = p < 2 ? Role.INPUT : Role.WEIGHT;
            var value = new Value("p" + p, randomType(1 + random.nextInt(3)));
            parameters.add(new Parameter(value, role, value.name()));
        }
        var draft = new Draft(parameters.stream().map(Parameter::value).toList());
        for (int steps = 3 + random.nextInt(6); steps > 0; steps--) {
            switch (random.nextInt(8)) {
                case 0 -> draft.call();
                case 1 -> draft.repeat(parameters);
                case 2 -> draft.gather(parameters);
                default -> draft.equation();
            }
        }
        var results = new LinkedHashSet<>(List.of(draft.any(), draft.values.getLast()));
        functions.put("main", new Function("main", ImmutableList.copyOf(parameters), ImmutableList.copyOf(draft.body), returns(results)));
    }

    private static ImmutableList<Function.Return> returns(Iterable<Value> values) {
        var returns = ImmutableList.<Function.Return>builder();
        values.forEach(value -> returns.add(new Function.Return(value, value.name())));
        return returns.build();
    }

    private TensorType randomType(int rank) {
        return TensorType.of(DType.F32, IntStream.range(0, rank).mapToLong(_ -> EXTENTS[random.nextInt(EXTENTS.length)]).toArray());
    }

    /** The body of a function while it grows. */
    private final class Draft {
        private final List<Value> values;
        private final List<Op> body = new ArrayList<>();

        Draft(List<Value> parameters) {
            this.values = new ArrayList<>(parameters);
        }

        /** Recent values more often, so that chains grow. */
        Value any() {
            int back = Math.min(random.nextInt(values.size()), random.nextInt(values.size()));
            return values.get(values.size() - 1 - back);
        }

        String name() {
            return "v" + values.size();
        }

        void equation() {
            var equation = new RandomEquation(random);
            for (int reads = 1 + random.nextInt(3); reads > 0; reads--) {
                equation.read(any());
            }
            var compute = equation.writingAny(name());
            if (compute.result().type().elements() <= MOST_ELEMENTS && compute.result().type().rank() <= 4) {
                add(compute);
            }
        }

        void add(Op op) {
            body.add(op);
            values.addAll(op.results());
        }

        /** An equation whose result has the type of {@code like}, which it reads. */
        Value like(Value like, String name) {
            var equation = new RandomEquation(random).over(like.type().dims()).read(like).read(any());
            var compute = equation.writing(name, like.type().rank());
            add(compute);
            return compute.result();
        }

        void call() {
            var formals = List.of(new Value("x", any().type()), new Value("y", any().type()));
            var actuals = formals.stream().map(f -> pick(f.type())).toList();
            var callee = new Draft(formals);
            callee.equation();
            callee.equation();
            var results = List.of(callee.any(), callee.values.getLast());
            String name = "f" + functions.size();
            functions.put(name, new Function(name, formals.stream().map(Parameter::plain).collect(ImmutableList.toImmutableList()),
                    ImmutableList.copyOf(callee.body), returns(results)));
            add(new Op.Call(fresh(results.stream().map(Value::type).toList()), name, ImmutableList.copyOf(actuals), Location.UNKNOWN));
        }

        /** Some value of this type; there is one. */
        Value pick(TensorType type) {
            var fitting = values.stream().filter(value -> value.type().equals(type)).toList();
            return fitting.get(random.nextInt(fitting.size()));
        }

        ImmutableList<Value> fresh(List<TensorType> types) {
            return IntStream.range(0, types.size()).mapToObj(r -> new Value(name() + "_" + r, types.get(r))).collect(ImmutableList.toImmutableList());
        }

        /** Two carried values, one invariant, one sliced weight (a new parameter), one collected value. */
        void repeat(List<Parameter> parameters) {
            long count = 1 + random.nextInt(3);
            var carried = ImmutableList.of(any(), any());
            var invariant = any();
            var slice = randomType(1 + random.nextInt(2));
            var sliced = new Value("w" + parameters.size(), stacked(count, slice));
            parameters.add(new Parameter(sliced, Role.WEIGHT, sliced.name() + ".{i}"));
            var formals = List.of(new Value("c0", carried.get(0).type()), new Value("c1", carried.get(1).type()),
                    new Value("k", invariant.type()), new Value("w", slice));
            var step = new Draft(formals);
            step.equation();
            var next0 = step.like(formals.get(0), "n0");
            step.equation();
            var next1 = random.nextInt(4) == 0 ? formals.get(1) : step.like(formals.get(1), "n1");
            var collected = step.any();
            String name = "block" + functions.size();
            functions.put(name, new Function(name, formals.stream().map(Parameter::plain).collect(ImmutableList.toImmutableList()),
                    ImmutableList.copyOf(step.body), returns(List.of(next0, next1, collected))));
            var results = fresh(List.of(next0.type(), next1.type(), stacked(count, collected.type())));
            add(new Op.Repeat(results, new Op.Repeat.Body(name, count, random.nextBoolean()), carried, ImmutableList.of(invariant),
                    ImmutableList.of(sliced), Location.UNKNOWN));
        }

        private TensorType stacked(long count, TensorType type) {
            return new TensorType(type.dtype(), ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(type.dims()).build());
        }

        /** Rows of a value chosen by a new integer parameter, some of whose elements are outside. */
        void gather(List<Parameter> parameters) {
            var table = any();
            if (table.type().rank() == 0 || table.type().elements() > 200) {
                return;
            }
            var indices = new Value("i" + parameters.size(), TensorType.of(DType.I32, 3));
            parameters.add(new Parameter(indices, Role.INPUT, indices.name()));
            var dims = ImmutableList.<Dim>builder().add(Dim.of(3)).addAll(table.type().dims().subList(1, table.type().rank())).build();
            add(new Op.Gather(new Value(name(), new TensorType(DType.F32, dims)), table, indices, Location.UNKNOWN));
        }
    }
}
