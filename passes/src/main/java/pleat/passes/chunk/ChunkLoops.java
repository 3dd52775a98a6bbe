package pleat.passes.chunk;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Lets a repetition go over the chunks of a value, as in AutoChunk (Zhao et al. 2024): chunks of what it reads are slices, chunks of its
 * result are collected.
 * {@code y = f(x[i]) -> f32[i: 6]  becomes  v = x[4*n + i] -> f32[n: 1, i: 4]; c = repeat f over v; y = ...}
 *
 * <p>No sum is cut, so every number is the sum of the same terms in the same order. A rest that is shorter than a chunk is a repetition of its
 * own, with one turn.
 */
public final class ChunkLoops {
    private final Map<String, Function> added = new LinkedHashMap<>();
    private final Map<Choice, Set<Value>> local = new LinkedHashMap<>();
    private final TensorModule module;

    private ChunkLoops(TensorModule module) {
        this.module = module;
    }

    /**
     * A module with chunk loops.
     *
     * @param local values of the bodies of each choice
     */
    public record Chunked(TensorModule module, ImmutableMap<Choice, Set<Value>> local) {}

    /** @param choices of different values; where they overlap, a value that is chosen ends the region of another one */
    public static Chunked apply(TensorModule module, List<Choice> choices) {
        var loops = new ChunkLoops(module);
        var functions = new LinkedHashMap<String, Function>();
        module.functions().forEach((name, function) -> {
            loops.added.clear();
            var chunked = loops.chunked(function, choices);
            functions.putAll(loops.added);
            functions.put(name, chunked);
        });
        return new Chunked(new TensorModule(module.name(), ImmutableMap.copyOf(functions), module.entry()), ImmutableMap.copyOf(loops.local));
    }

    private Function chunked(Function function, List<Choice> choices) {
        var chosen = new LinkedHashSet<Value>();
        choices.forEach(choice -> chosen.add(choice.value()));
        var regions = new LinkedHashMap<Value, Loop>();
        for (Choice choice : choices) {
            var stops = new LinkedHashSet<>(chosen);
            stops.remove(choice.value());
            boolean isHere = function.body().stream().anyMatch(op -> op.results().contains(choice.value()));
            if (isHere) {
                Region.of(function, choice.value(), choice.dim(), stops).ifPresent(region -> regions.put(choice.value(), new Loop(choice, region, function)));
            }
        }
        if (regions.isEmpty()) {
            return function;
        }
        var gone = new LinkedHashSet<Op>();
        regions.values().forEach(loop -> loop.region.inside().keySet().stream().filter(op -> !loop.region.repeated().contains(op)).forEach(gone::add));
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            if (op instanceof Compute compute && regions.containsKey(compute.result())) {
                regions.get(compute.result()).write(body, compute);
            } else if (!gone.contains(op)) {
                body.add(op);
            }
        }
        return function.withBody(body);
    }

    /** One choice, being written. */
    private final class Loop {
        private final Choice choice;
        private final Region region;
        private final Function function;

        Loop(Choice choice, Region region, Function function) {
            this.choice = choice;
            this.region = region;
            this.function = function;
            local.put(choice, new LinkedHashSet<>());
        }

        void write(List<Op> body, Compute result) {
            long count = choice.extent() / choice.width();
            long covered = count * choice.width();
            var parts = new ArrayList<Value>();
            if (count > 0) {
                parts.add(part(body, result, new Part(0, count, choice.width())));
            }
            if (covered < choice.extent()) {
                parts.add(part(body, result, new Part(covered, 1, choice.extent() - covered)));
            }
            var last = (Compute) body.getLast();
            if (parts.size() == 1) {
                body.set(body.size() - 1, new Compute(result.result(), last.equation(), last.operands(), last.location()));
            } else {
                body.add(concatenation(result, parts.get(0), parts.get(1)));
            }
        }

        /** Writes the repetition over one part; returns the part of the result. */
        private Value part(List<Op> body, Compute result, Part part) {
            var views = new ArrayList<Value>();
            region.sliced().forEach((value, dim) -> {
                var view = part.view(value, dim, result);
                views.add(view.result());
                body.add(view);
            });
            var callee = body(part);
            var slice = callee.results().getFirst().type();
            var collected = new Value(choice.value().name() + ".chunks", stacked(slice, part.count()));
            body.add(new Repeat(ImmutableList.of(collected), new Repeat.Body(callee.name(), part.count(), false), ImmutableList.of(),
                    region.whole().asList(), ImmutableList.copyOf(views), result.location()));
            var merge = part.merge(collected, choice.dim(), result);
            body.add(merge);
            return merge.result();
        }

        private Function body(Part part) {
            var values = new LinkedHashMap<Chunk, Value>();
            var parameters = ImmutableList.<Function.Parameter>builder();
            region.whole().forEach(value -> values.put(new Chunk(value, Region.ALL), new Value(value.name(), value.type())));
            region.sliced().forEach((value, dim) -> values.put(new Chunk(value, dim), new Value(value.name(), cut(value.type(), dim, part.width()))));
            values.values().forEach(value -> parameters.add(Function.Parameter.plain(value)));
            var ops = new ArrayList<Op>();
            region.inside().forEach((op, dim) -> ops.add(chunk(op, dim, part.width(), values)));
            local.get(choice).addAll(values.values());
            var result = values.get(new Chunk(choice.value(), choice.dim()));
            var made = new Function(fresh(function.name() + "." + choice.value().name()), parameters.build(), ImmutableList.copyOf(ops),
                    ImmutableList.of(new Function.Return(result, result.name())));
            added.put(made.name(), made);
            return made;
        }

        private String fresh(String stem) {
            int number = 0;
            while (module.functions().containsKey(stem + "." + number) || added.containsKey(stem + "." + number)) {
                number++;
            }
            return stem + "." + number;
        }
    }

    /** A value as a body knows it: a chunk along a dim, or all of it. */
    private record Chunk(Value value, int dim) {}

    private static Compute chunk(Compute op, int dim, long width, Map<Chunk, Value> values) {
        var equation = op.equation();
        int axis = equation.write().subscripts().get(dim).bareAxis().orElseThrow();
        var axes = new ArrayList<>(equation.axes());
        axes.set(axis, new Axis(axes.get(axis).name(), Dim.of(width)));
        var type = cut(op.result().type(), dim, width);
        var result = new Value(op.result().name(), type);
        var target = new Equation.Target(equation.write(), type.dims());
        var cuts = Region.cuts(op, dim).orElseThrow();
        var operands = IntStream.range(0, cuts.length).mapToObj(r -> values.get(new Chunk(op.operands().get(r), cuts[r])))
                .collect(ImmutableList.toImmutableList());
        values.put(new Chunk(op.result(), dim), result);
        return new Compute(result, new Equation(ImmutableList.copyOf(axes), equation.reads(), target, equation.reduction(), equation.body()), operands,
                op.location());
    }

    private static TensorType cut(TensorType type, int dim, long width) {
        var dims = new ArrayList<>(type.dims());
        dims.set(dim, Dim.of(width));
        return TensorType.of(type.dtype(), dims);
    }

    private static TensorType stacked(TensorType type, long count) {
        return TensorType.of(type.dtype(), ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(type.dims()).build());
    }

    /** {@code y[i] = first?[i] + rest?[i - n]}. */
    private static Compute concatenation(Compute result, Value first, Value rest) {
        var type = result.result().type();
        var axes = axes(type);
        int dim = IntStream.range(0, type.rank()).filter(d -> !first.type().dims().get(d).equals(type.dims().get(d))).findFirst().orElseThrow();
        var head = new Access(Access.bare(IntStream.range(0, type.rank()).toArray()).subscripts(), true);
        var tail = new ArrayList<>(head.subscripts());
        tail.set(dim, Index.axis(dim).plus(Index.constant(-first.type().dims().get(dim).known())));
        var equation = Equation.of(axes, type.rank(), List.of(head, new Access(ImmutableList.copyOf(tail), true)), Reduction.NONE,
                Scalar.read(0).plus(Scalar.read(1)));
        return new Compute(result.result(), equation, ImmutableList.of(first, rest), result.location());
    }

    private static List<Axis> axes(TensorType type) {
        return IntStream.range(0, type.rank()).mapToObj(d -> new Axis("i" + d, type.dims().get(d))).toList();
    }

    /** Positions {@code start} to {@code start + count * width} of a dim, in chunks of {@code width}. */
    private record Part(long start, long count, long width) {

        /** {@code view[n, .., i, ..] = value[.., start + width*n + i, ..]}. */
        Compute view(Value value, int dim, Compute result) {
            var type = stacked(cut(value.type(), dim, width), count);
            var view = new Value(value.name() + ".cut", type);
            var read = Access.of(IntStream.range(0, value.type().rank()).mapToObj(d -> d == dim ? position(d).plus(Index.constant(start)) : Index.axis(d + 1)).toList());
            return new Compute(view, Equation.of(axes(type), type.rank(), List.of(read), Reduction.NONE, Scalar.read(0)), ImmutableList.of(value),
                    result.location());
        }

        /** {@code merged[.., width*n + i, ..] = chunks[n, .., i, ..]}. */
        Compute merge(Value chunks, int dim, Compute result) {
            int rank = chunks.type().rank();
            var type = cut(TensorType.of(chunks.type().dtype(), chunks.type().dims().subList(1, rank)), dim, count * width);
            var merged = new Value(result.result().name() + ".part", type);
            var write = Access.of(IntStream.range(0, rank - 1).mapToObj(d -> d == dim ? position(d) : Index.axis(d + 1)).toList());
            var read = Access.bare(IntStream.range(0, rank).toArray());
            var equation = new Equation(ImmutableList.copyOf(axes(chunks.type())), ImmutableList.of(read), new Equation.Target(write, type.dims()), Reduction.NONE,
                    Scalar.read(0));
            return new Compute(merged, equation, ImmutableList.of(chunks), result.location());
        }

        private Index position(int dim) {
            return Index.axis(0).times(width).plus(Index.axis(dim + 1));
        }
    }
}
