package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.ir.verify.Verifier;
import pleat.passes.Inline;
import pleat.passes.grad.Differentiate;

/** Gradients of random modules against central differences, each parameter along one random direction. */
class RandomGradientsTest {
    private static final double STEP = 1e-6;
    /** Cancellation in the differences is 1e-16 / STEP for outputs of size 1; kinks within STEP of a point are as rare. */
    private static final double TOLERANCE = 1e-7;

    static LongStream seeds() {
        return LongStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void gradientsAreSlopes(long seed) {
        var module = RandomPrograms.of(seed, DType.F64);
        var differentiated = Differentiate.PASS.apply(Inline.PASS.apply(module));
        Verifier.verified(differentiated, "differentiate");
        var arguments = RandomPrograms.arguments(differentiated, seed);
        var results = run(differentiated, arguments);
        var random = new Random(seed);
        for (Parameter parameter : module.entryFunction().parameters()) {
            if (parameter.value().type().dtype().isFloating()) {
                double[] direction = random.doubles(arguments.get(parameter).length, -1, 1).toArray();
                double[] gradient = named(differentiated, results, Differentiate.gradientName(parameter)).toArray();
                double expected = slope(module, arguments, parameter, direction);
                assertEquals(expected, dot(direction, gradient), TOLERANCE * Math.max(1, norm(gradient)),
                        () -> "seed " + seed + ", " + parameter.external() + " of\n" + Printer.print(module));
            }
        }
    }

    @Test
    @Tag("long")
    void gradientsOfManyModulesAreSlopes() {
        LongStream.range(1000, 21_000).forEach(this::gradientsAreSlopes);
    }

    /** Directional derivative of the sum of outputs times cotangents. */
    private static double slope(TensorModule module, Map<Parameter, double[]> arguments, Parameter along, double[] direction) {
        double ahead = objective(module, arguments, along, direction, STEP);
        double behind = objective(module, arguments, along, direction, -STEP);
        return (ahead - behind) / (2 * STEP);
    }

    private static double objective(TensorModule module, Map<Parameter, double[]> arguments, Parameter along, double[] direction,
            double step) {
        var moved = new LinkedHashMap<Parameter, double[]>(arguments);
        double[] values = arguments.get(along);
        moved.put(along, IntStream.range(0, values.length).mapToDouble(e -> values[e] + step * direction[e]).toArray());
        var outputs = run(module, moved);
        var cotangents = new ArrayList<double[]>();
        arguments.forEach((parameter, value) -> {
            if (parameter.role() == pleat.ir.tensor.Function.Role.COTANGENT) {
                cotangents.add(value);
            }
        });
        return IntStream.range(0, outputs.size()).mapToDouble(r -> dot(outputs.get(r).toArray(), cotangents.get(r))).sum();
    }

    private static ImmutableList<NdArray> run(TensorModule module, Map<Parameter, double[]> arguments) {
        List<NdArray> given = module.entryFunction().parameters().stream()
                .map(p -> NdArray.of(arguments.get(p).clone(), p.value().type().shape())).toList();
        return Interpreter.run(module, given, Interpreter.Options.EXACT);
    }

    private static NdArray named(TensorModule module, List<NdArray> results, String external) {
        var returns = module.entryFunction().returns();
        return results.get(IntStream.range(0, returns.size()).filter(r -> returns.get(r).external().equals(external)).findFirst()
                .orElseThrow());
    }

    private static double dot(double[] left, double[] right) {
        return IntStream.range(0, left.length).mapToDouble(e -> left[e] * right[e]).sum();
    }

    private static double norm(double[] values) {
        return Math.sqrt(dot(values, values));
    }
}
