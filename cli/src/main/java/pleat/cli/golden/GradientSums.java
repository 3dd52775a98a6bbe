package pleat.cli.golden;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.cli.golden.Arithmetic.Rule;
import pleat.cli.golden.Comparison.Bounds;
import pleat.cli.golden.Comparison.Row;
import pleat.cli.model.Reference.Tensors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.passes.grad.Differentiate;
import pleat.runtime.io.TensorData;

/** The gradients of a case, summed over the calls that its loss is made of, under the names of its file. */
final class GradientSums {
    /** Stands in the name of a stacked weight for the number of its block. */
    private static final String BLOCK = "{i}";
    private static final String PREFIX = "grad/";

    private static final String PARAMETER = "param/";
    private static final String INPUT = "in/";

    private final Golden golden;
    /** The file's name of a gradient by the model's. */
    private final ImmutableMap<String, String> names;
    private final Map<String, double[]> sums = new LinkedHashMap<>();

    GradientSums(Golden golden, Tensors tensors) {
        this.golden = golden;
        this.names = golden.gradients().names().stream().collect(ImmutableMap.toImmutableMap(name -> modelName(name, tensors), name -> name));
    }

    private static String modelName(String name, Tensors tensors) {
        return name.startsWith(PARAMETER) ? PARAMETER + tensors.parameters().name(name.substring(PARAMETER.length()))
                : INPUT + tensors.input(name.substring(INPUT.length()));
    }

    /** Patterns for {@link Differentiate} of the gradients that the file has. */
    List<String> wanted(TensorModule module) {
        return module.entryFunction().parameters().stream().filter(GradientSums::hasGradient).map(Differentiate::gradientName)
                .filter(name -> names.containsKey(name.substring(PREFIX.length()).replace(BLOCK, "0"))).map(name -> name.replace(BLOCK, "*")).toList();
    }

    private static boolean hasGradient(Parameter parameter) {
        return parameter.value().type().dtype().isFloating() && (parameter.role() == Role.INPUT || parameter.role() == Role.WEIGHT);
    }

    /** Adds what one call returned. */
    void add(Map<String, TensorData> results) {
        results.forEach((name, gradient) -> {
            if (name.startsWith(PREFIX)) {
                add(name.substring(PREFIX.length()), gradient.toDoubles());
            }
        });
    }

    /** A gradient of a stacked weight is that of each block, one after the other. */
    private void add(String name, double[] gradient) {
        if (!name.contains(BLOCK)) {
            addOne(name, gradient, 0, gradient.length);
            return;
        }
        int at = 0;
        for (int block = 0; at < gradient.length; block++) {
            String one = name.replace(BLOCK, Integer.toString(block));
            int length = Math.toIntExact(golden.gradients().header(names.get(one)).elements());
            addOne(one, gradient, at, length);
            at += length;
        }
    }

    private void addOne(String name, double[] gradient, int at, int length) {
        double[] sum = sums.computeIfAbsent(names.get(name), _ -> new double[length]);
        for (int i = 0; i < length; i++) {
            sum[i] += gradient[at + i];
        }
    }

    /**
     * One row for each gradient of the file.
     *
     * @param slack what the file's tolerances are multiplied by
     */
    List<Row> rows(double slack, Rule rule) {
        var reference = golden.gradients();
        Set<String> missing = new LinkedHashSet<>(reference.names());
        missing.removeAll(sums.keySet());
        if (!missing.isEmpty()) {
            throw new UserException(golden.origin() + " has gradients that the model does not have: " + String.join(", ", missing));
        }
        double scale = reference.names().stream().mapToDouble(name -> Comparison.largest(reference.tensor(name).toDoubles())).max().orElse(0);
        var rows = new ArrayList<Row>();
        for (String name : reference.names()) {
            var expected = reference.tensor(name);
            var actual = TensorData.ofDoubles(sums.get(name), expected.shape().toArray());
            rows.add(Comparison.gradient(PREFIX + name, actual, expected, golden.isZeroGradient(name),
                    new Bounds(rule.tolerance(PREFIX + name, slack * golden.gradientTolerance(name)), scale)));
        }
        return rows;
    }
}
