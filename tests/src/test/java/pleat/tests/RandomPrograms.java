package pleat.tests;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Valid modules, the same for the same seed on every machine: contractions, maps, reductions, norms,
 * softmax, masks, affine and guarded reads, affine writes, gathers, calls, and repetitions inside repetitions. All values stay within a few units, and all
 * bodies are continuous, so that gradients can be checked by differences; there is no {@code stop}.
 */
public final class RandomPrograms {
    /**
     * How large a program is.
     *
     * @param extents of dims
     * @param mostElements of one tensor
     * @param mostPoints of the box of one equation
     */
    public record Sizes(List<Integer> extents, long mostElements, long mostPoints) {
        public static final Sizes SMALL = new Sizes(List.of(1, 2, 3, 4, 6), 200, 2000);
        /** Around and between the extents of vectors, panels and tiles. */
        public static final Sizes ODD = new Sizes(List.of(1, 7, 13, 16, 17, 31, 33, 100), 4000, 120_000);
    }

    private final RandomGenerator random;
    private final DType dtype;
    private final Sizes sizes;
    private final boolean loops;
    private final Map<String, Function> functions = new LinkedHashMap<>();

    private RandomPrograms(long seed, DType dtype, Sizes sizes, boolean loops) {
        this.sizes = sizes;
        this.loops = loops;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.dtype = dtype;
    }

    /** @param dtype element type of everything but indices */
    public static TensorModule of(long seed, DType dtype) {
        return of(seed, dtype, Sizes.SMALL);
    }

    /** @param dtype element type of everything but indices and masks */
    public static TensorModule of(long seed, DType dtype, Sizes sizes) {
        return new RandomPrograms(seed, dtype, sizes, false).module("random" + seed);
    }

    /** Mostly repetitions in repetitions, much of whose bodies does not change from turn to turn. */
    public static TensorModule loops(long seed, DType dtype) {
        return new RandomPrograms(seed, dtype, Sizes.SMALL, true).module("loops" + seed);
    }

    /** Arguments for the entry function by parameter, row-major; some indices point outside their table. */
    public static Map<Parameter, double[]> arguments(TensorModule module, long seed) {
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var arguments = new LinkedHashMap<Parameter, double[]>();
        for (Parameter parameter : module.entryFunction().parameters()) {
            var type = parameter.value().type();
            var values = type.dtype().isFloating() ? random.doubles(type.elements(), -1, 1)
                    : random.ints(type.elements(), type.dtype() == DType.BOOL ? 0 : -1, type.dtype() == DType.BOOL ? 2 : 7).asDoubleStream();
            arguments.put(parameter, values.map(v -> type.dtype() == DType.F32 ? (float) v : v).toArray());
        }
        return arguments;
    }

    private TensorModule module(String name) {
        var parameters = ImmutableList.<Parameter>builder();
        for (int p = 0; p < 3; p++) {
            parameters.add(new Parameter(new Value("x" + p, type(random.nextInt(1, 4))), Role.INPUT, "x" + p));
        }
        parameters.add(new Parameter(new Value("index", TensorType.of(DType.I32, extent(), extent())), Role.INPUT, "index"));
        parameters.add(new Parameter(new Value("mask", TensorType.of(DType.BOOL, extent())), Role.INPUT, "mask"));
        for (int p = 0; p < 2; p++) {
            parameters.add(new Parameter(new Value("w" + p, type(random.nextInt(1, 3))), Role.WEIGHT, "layer" + p + ".weight"));
        }
        var stacked = ImmutableList.<Dim>builder().add(Dim.of(random.nextInt(2, 4))).addAll(type(random.nextInt(0, 2)).dims())
                .build();
        parameters.add(new Parameter(new Value("stack", TensorType.of(dtype, stacked)), Role.WEIGHT, "blocks.{i}.weight"));
        var entry = new RandomFunction(this, parameters.build());
        entry.addOps(random.nextInt(4, 12), loops ? 3 : 2);
        var returned = entry.last(random.nextInt(1, 3));
        var returns = IntStream.range(0, returned.size()).mapToObj(r -> new Function.Return(returned.get(r), "y" + r))
                .collect(ImmutableList.toImmutableList());
        functions.put("main", new Function("main", parameters.build(), entry.ops(), returns));
        return new TensorModule(name, ImmutableMap.copyOf(functions), "main");
    }

    /** A function of its own that takes values of these types and returns values of those, and then one more. */
    String newFunction(List<TensorType> takes, List<TensorType> gives, int depth) {
        var parameters = IntStream.range(0, takes.size()).mapToObj(p -> Parameter.plain(new Value("p" + p, takes.get(p))))
                .collect(ImmutableList.toImmutableList());
        var function = new RandomFunction(this, parameters);
        function.addOps(random.nextInt(1, 5), depth);
        var returns = new ArrayList<Value>();
        gives.forEach(type -> returns.add(function.newValue(type.dims())));
        returns.add(function.newValue(type(random.nextInt(0, 3)).dims()));
        String name = "f" + functions.size();
        functions.put(name, new Function(name, parameters, function.ops(),
                returns.stream().map(v -> new Function.Return(v, v.name())).collect(ImmutableList.toImmutableList())));
        return name;
    }

    TensorType lastResult(String function) {
        return functions.get(function).returns().getLast().value().type();
    }

    RandomGenerator random() {
        return random;
    }

    DType dtype() {
        return dtype;
    }

    Sizes sizes() {
        return sizes;
    }

    /** Whether repetitions are what the program is about. */
    boolean hasLoops() {
        return loops;
    }

    int extent() {
        return oneOf(sizes.extents());
    }

    TensorType type(int rank) {
        while (true) {
            var type = TensorType.of(dtype, IntStream.range(0, rank).mapToLong(_ -> extent()).toArray());
            if (type.elements() <= sizes.mostElements()) {
                return type;
            }
        }
    }

    <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Number of ops of all functions, for messages. */
    public static long size(TensorModule module) {
        return module.functions().values().stream().map(Function::body).mapToLong(List<Op>::size).sum();
    }
}
