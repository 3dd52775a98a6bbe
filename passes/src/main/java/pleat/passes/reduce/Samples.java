package pleat.passes.reduce;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;

/** Arguments made up for modules whose sizes are bound, so that their numbers can be compared. */
public final class Samples {
    private Samples() {}

    /** Numbers in [-1, 1), or small indices, that depend on nothing but the parameter's name, role and shape. */
    public static NdArray argument(Parameter parameter) {
        var type = parameter.value().type();
        var random = new SplittableRandom(31L * parameter.external().hashCode() + parameter.role().ordinal());
        var numbers = random.doubles(type.elements(), -1, 1).map(x -> type.dtype().isFloating() ? x : Math.floor(2 * x + 2));
        return NdArray.of(numbers.toArray(), type.shape());
    }

    /** What the module makes of them, by external name, in f64. */
    public static ImmutableMap<String, NdArray> run(TensorModule module) {
        return Interpreter.run(module, Samples::argument, Interpreter.Options.EXACT);
    }

    /**
     * Largest difference between results of the same name, relative to the largest element of each or to 1; infinite if {@code
     * right} lacks a result.
     */
    public static double distance(TensorModule left, TensorModule right) {
        var others = run(right);
        double largest = 0;
        for (var result : run(left).entrySet()) {
            var other = others.get(result.getKey());
            double scale = Math.max(1, result.getValue().distance(result.getValue().map(_ -> 0)));
            largest = Math.max(largest, other == null ? Double.POSITIVE_INFINITY : result.getValue().distance(other) / scale);
        }
        return largest;
    }
}
