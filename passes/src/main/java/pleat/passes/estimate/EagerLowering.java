package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.derive.Products;
import pleat.ir.derive.Transfers;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.Uses;
import pleat.passes.machine.Primitive;

/**
 * Says a function of plain equations in ops of an eager framework. What is one op there follows from the equations: a sum of products is a product
 * of matrices, with copies where operands do not lie as one ({@link ProductForm}); a body of n functions is n ops ({@link BodyLowering}); statistics of
 * rows with what is made of them are one op ({@link RowPattern}).
 */
public final class EagerLowering {
    private final TensorModule module;
    private final DType storage;
    private final ArrayList<EagerOp> ops = new ArrayList<>();
    /** Tensors that are read in another order than that in which they lie; a product copies them, each for itself. */
    private final Set<Tensor> turned = new LinkedHashSet<>();

    private EagerLowering(TensorModule module, DType storage) {
        this.module = module;
        this.storage = storage;
    }

    /**
     * @param needsGradient which parameters do
     * @param weights which parameters are trained
     */
    public static EagerBody of(TensorModule module, Function function, DType storage, Set<Value> needsGradient, Set<Value> weights) {
        var lowering = new EagerLowering(module, storage);
        var parameters = function.arguments().stream()
                .map(value -> lowering.tensor(value, needsGradient.contains(value))).collect(ImmutableList.toImmutableList());
        var tensors = lowering.function(function, parameters, weights);
        return new EagerBody(parameters, ImmutableList.copyOf(lowering.ops), results(function, tensors), ImmutableMap.copyOf(tensors));
    }

    private Tensor tensor(Value value, boolean needsGradient) {
        var dtype = value.type().dtype();
        return new Tensor(value.name(), Extent.of(value), dtype.isFloating() ? storage.bytes() : dtype.bytes(), needsGradient && dtype.isFloating());
    }

    private static ImmutableList<Tensor> results(Function function, Map<Value, Tensor> tensors) {
        return function.results().stream().map(tensors::get).collect(ImmutableList.toImmutableList());
    }

    private Map<Value, Tensor> function(Function function, List<Tensor> arguments, Set<Value> weights) {
        Map<Value, Tensor> tensors = new LinkedHashMap<>();
        IntStream.range(0, arguments.size()).forEach(i -> tensors.put(function.arguments().get(i), arguments.get(i)));
        var uses = Uses.of(function);
        var patterns = new LinkedHashMap<Op, RowPattern>();
        Set<Op> inPatterns = new LinkedHashSet<>();
        for (int i = 0; i < function.body().size(); i++) {
            if (function.body().get(i) instanceof Op.Compute op && !inPatterns.contains(op) && RowPattern.startsAt(op)) {
                var pattern = RowPattern.at(op, function.body().subList(i + 1, function.body().size()), uses, weights::contains);
                patterns.put(pattern.ops().getLast(), pattern);
                inPatterns.addAll(pattern.ops());
            }
        }
        for (Op op : function.body()) {
            if (patterns.containsKey(op)) {
                rows(patterns.get(op), tensors);
            } else if (!inPatterns.contains(op)) {
                lower(op, tensors, weights, uses);
            }
        }
        return tensors;
    }

    private void lower(Op op, Map<Value, Tensor> tensors, Set<Value> weights, Uses uses) {
        switch (op) {
            case Op.Compute compute when Products.flops(compute.equation()) > 0 -> product(compute, tensors, weights);
            case Op.Compute compute -> tensors.put(compute.result(), new BodyLowering(compute, tensors, weights, storage, ops).lower(uses));
            case Op.Gather gather -> tensors.put(gather.result(), emit(gather, new EagerOp.Kind.Map(), gather.result(),
                    List.of(tensors.get(gather.table()), tensors.get(gather.indices())), List.of(tensors.get(gather.indices()))));
            case Op.ScatterAdd scatter -> tensors.put(scatter.result(), emit(scatter, new EagerOp.Kind.Sum(), scatter.result(),
                    List.of(tensors.get(scatter.updates()), tensors.get(scatter.indices())), List.of(tensors.get(scatter.indices()))));
            case Op.Random random -> tensors.put(random.result(), emit(random, new EagerOp.Kind.Map(), random.result(), List.of(), List.of()));
            case Op.Collective collective -> exchange(collective, tensors);
            case Op.Call call -> call(call, tensors, weights);
            case Op.Repeat repeat -> unroll(repeat, tensors, weights);
        }
    }

    private void call(Op.Call call, Map<Value, Tensor> tensors, Set<Value> weights) {
        var callee = module.functions().get(call.callee());
        put(call.results(), results(callee, function(callee, call.operands().stream().map(tensors::get).toList(), weights)), tensors);
    }

    private static void put(List<Value> values, List<Tensor> results, Map<Value, Tensor> tensors) {
        IntStream.range(0, values.size()).forEach(i -> tensors.put(values.get(i), results.get(i)));
    }

    /** A repetition inside another one; what it collects counts as one tensor. */
    private void unroll(Op.Repeat repeat, Map<Value, Tensor> tensors, Set<Value> weights) {
        var body = module.functions().get(repeat.body().callee());
        var carried = repeat.carried().stream().map(tensors::get).toList();
        for (long i = 0; i < repeat.body().count(); i++) {
            var arguments = new ArrayList<>(carried);
            repeat.invariant().forEach(value -> arguments.add(tensors.get(value)));
            var inner = new LinkedHashSet<>(weights);
            for (int s = 0; s < repeat.sliced().size(); s++) {
                var parameter = body.arguments().get(arguments.size());
                if (weights.contains(repeat.sliced().get(s))) {
                    inner.add(parameter);
                }
                arguments.add(tensor(parameter, tensors.get(repeat.sliced().get(s)).needsGradient()));
            }
            carried = results(body, function(body, arguments, inner)).subList(0, carried.size());
        }
        put(repeat.results().subList(0, carried.size()), carried, tensors);
        repeat.results().stream().skip(carried.size()).forEach(value -> tensors.put(value, tensor(value, false)));
    }

    private void rows(RowPattern pattern, Map<Value, Tensor> tensors) {
        var input = tensors.get(pattern.input());
        var inputs = Stream.concat(Stream.of(input), pattern.weights().stream().map(tensors::get)).toList();
        var result = Tensor.from(pattern.result().name(), Extent.of(pattern.result()), input.elementBytes(), inputs);
        tensors.put(pattern.result(), result);
        if (pattern.turnsRows()) {
            turned.add(result);
        }
        var last = pattern.ops().getLast();
        if (pattern.isSum()) {
            emit(last, new EagerOp.Kind.Sum(), inputs, result, List.of());
        } else if (pattern.isSoftmax()) {
            emit(last, new EagerOp.Kind.Softmax(), inputs, result, List.of(result));
        } else {
            var statistics = new Tensor("statistics", new Extent.Of(pattern.ops().getFirst().result(), 2), DType.F32.bytes(), false);
            emit(last, new EagerOp.Kind.Norm(), inputs, result, List.of(input, statistics));
        }
    }

    private void product(Op.Compute op, Map<Value, Tensor> tensors, Set<Value> weights) {
        var equation = op.equation();
        var sides = BodyLowering.factors(op, tensors, weights, storage, ops);
        var fixed = sides.stream().map(side -> side.isWeight()).toList();
        var form = ProductForm.of(equation, sides.getFirst().access(), sides.getLast().access(), fixed);
        var inputs = new ArrayList<Tensor>();
        for (int i = 0; i < 2; i++) {
            inputs.add(form.copies().get(i) || turned.contains(sides.get(i).tensor()) ? copy(op, sides.get(i).tensor(), sides.get(i).extent(op)) : sides.get(i).tensor());
        }
        var kept = new ArrayList<Tensor>();
        IntStream.range(0, 2).filter(i -> inputs.get(1 - i).needsGradient()).forEach(i -> kept.add(inputs.get(i)));
        var result = emit(op, new EagerOp.Kind.Product(Products.flops(equation)), op.result(), inputs, kept);
        tensors.put(op.result(), form.copiesResult() ? copy(op, result, result.extent()) : result);
    }

    private void exchange(Op.Collective op, Map<Value, Tensor> tensors) {
        var operand = tensors.get(op.operand());
        var device = module.device().orElseThrow();
        int ranks = device.mesh().size(op.transfer().axis());
        long whole = Math.max(operand.bytes(), Transfers.resultType(op.transfer(), op.operand().type(), device).orThrow().elements() * operand.elementBytes());
        tensors.put(op.result(), emit(op, exchange(op.transfer(), ranks, operand.bytes(), whole), op.result(), List.of(operand), List.of()));
    }

    private static EagerOp.Kind exchange(Transfer transfer, int ranks, long part, long whole) {
        return switch (transfer) {
            case Transfer.AllGather(_, boolean equal) -> exchange(Primitive.ALL_GATHER, equal ? null : Primitive.REDUCE_SCATTER, ranks, whole);
            case Transfer.ReduceScatter _ -> exchange(Primitive.REDUCE_SCATTER, Primitive.ALL_GATHER, ranks, whole);
            case Transfer.AllReduce _ -> exchange(Primitive.ALL_REDUCE, null, ranks, whole);
            case Transfer.AllToAll _ -> exchange(Primitive.ALL_TO_ALL, Primitive.ALL_TO_ALL, ranks, part * ranks);
            case Transfer.Halo _, Transfer.FoldHalo _ -> exchange(Primitive.MOVE, Primitive.MOVE, ranks, Math.abs(whole - part));
            case Transfer.Vary _ -> exchange(null, Primitive.ALL_REDUCE, ranks, whole);
            case Transfer.Slice _ -> exchange(null, Primitive.ALL_GATHER, ranks, whole);
        };
    }

    private static EagerOp.Kind exchange(Primitive forward, Primitive back, int ranks, long whole) {
        return new EagerOp.Kind.Exchange(Optional.ofNullable(forward), Optional.ofNullable(back), ranks, whole);
    }

    /** @param extent of its elements those that are copied */
    private Tensor copy(Op op, Tensor source, Extent extent) {
        return emit(op, new EagerOp.Kind.Copy(), List.of(source), Tensor.from(source.name(), extent, source.elementBytes(), List.of(source)), List.of());
    }

    private Tensor emit(Op op, EagerOp.Kind kind, Value result, List<Tensor> inputs, List<Tensor> kept) {
        return emit(op, kind, inputs, tensor(result, inputs.stream().anyMatch(Tensor::needsGradient)), kept);
    }

    private Tensor emit(Op op, EagerOp.Kind kind, List<Tensor> inputs, Tensor result, List<Tensor> kept) {
        ops.add(new EagerOp(kind, ImmutableList.copyOf(inputs), result, result.needsGradient() ? ImmutableList.copyOf(kept) : ImmutableList.of(), op));
        return result;
    }
}
