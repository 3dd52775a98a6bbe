package pleat.tests;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import pleat.cli.execute.Arguments;
import pleat.cli.model.ModelName;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;

/**
 * A shipped module at sizes of which none divides another, with made-up weights and inputs.
 *
 * @param sizes over {@link #WIDTHS}; what the module does not have is left out
 */
record ModelCase(ModelName name, Map<String, Long> sizes) {
    private static final Map<String, Long> WIDTHS = widths();

    private static Map<String, Long> widths() {
        var widths = new TreeMap<String, Long>();
        widths.putAll(Map.of("c_m", 21L, "c_z", 11L, "c_s", 9L, "c_hidden", 5L, "no_heads", 3L, "no_blocks", 2L));
        widths.putAll(Map.of("c_hidden_msa_att", 5L, "c_hidden_opm", 3L, "c_hidden_mul", 7L, "c_hidden_pair_att", 5L));
        widths.putAll(Map.of("no_heads_msa", 3L, "no_heads_pair", 2L, "transition_n", 3L, "f", 6L, "g", 5L, "bins", 10L, "relpos_k", 4L));
        widths.putAll(Map.of("dim", 19L, "hidden", 13L, "c_in", 19L, "num_heads", 3L, "token_s", 9L, "token_z", 11L, "num_blocks", 2L));
        widths.putAll(Map.of("pairwise_head_width", 5L, "pairwise_num_heads", 3L));
        return widths;
    }

    /** @param s sequences, where the module has any @param r residues or tokens */
    static ModelCase of(ModelName name, long s, long r) {
        boolean hasTokens = name.source().startsWith("af3");
        return new ModelCase(name, hasTokens ? Map.of("n", r) : Map.of("s", s, "r", r));
    }

    TensorModule module() {
        var frontend = Frontend.ofImport(name.source(), Library.shipped());
        var signature = frontend.signature(name.module());
        var values = new TreeMap<>(WIDTHS);
        values.putAll(sizes);
        values.keySet().removeIf(value -> !signature.has(value));
        var module = frontend.compile(name.module(), Request.of(Map.<String, ConfigValue>of(), values));
        return new TensorModule(name.module() + values.toString().replaceAll("[{} ]", "").replace(',', '_'), module.functions(), module.entry());
    }

    /** The same for the same module. */
    static Map<String, TensorData> arguments(TensorModule module) {
        var arguments = new LinkedHashMap<String, TensorData>();
        module.entryFunction().parameters().forEach(parameter -> arguments.put(Arguments.key(parameter), argument(parameter)));
        return arguments;
    }

    private static TensorData argument(Parameter parameter) {
        var type = parameter.value().type();
        var shape = type.shape();
        var random = new SplittableRandom(parameter.external().hashCode());
        if (!type.dtype().isFloating()) {
            // Positions along a chain with a gap.
            return TensorData.ofLongs(LongStream.range(0, type.elements()).map(i -> i < type.elements() / 2 ? i : i + 3).toArray(), shape);
        }
        boolean isMask = parameter.role() == Role.INPUT && parameter.external().contains("mask");
        double width = parameter.role() == Role.WEIGHT && shape.length > 1 ? Math.sqrt(3.0 / shape[shape.length - 1]) : 1;
        var values = new double[(int) type.elements()];
        for (int i = 0; i < values.length; i++) {
            double value = isMask ? mask(i, shape, random) : width * (2 * random.nextDouble() - 1);
            // Exactly an f32, so that every way starts from the same number.
            values[i] = (float) value;
        }
        return TensorData.ofDoubles(values, shape);
    }

    // Some key is there for every query: what a softmax over none gives depends on the precision.
    private static double mask(int position, long[] shape, SplittableRandom random) {
        boolean isPresent = random.nextInt(4) > 0;
        if (shape.length == 1) {
            return isPresent || position == 0 ? 1 : 0;
        }
        long columns = shape[shape.length - 1];
        long rows = shape[shape.length - 2];
        long period = Math.min(rows, columns);
        return isPresent || position / columns % rows % period == position % columns % period ? 1 : 0;
    }
}
