package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Blocks;
import pleat.ir.interp.DevicesInterpreter;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.text.ShardPlanText;
import pleat.ir.verify.SameCollectives;
import pleat.passes.grad.Differentiate;
import pleat.passes.shard.ShardModule;

/** A module spread over devices, beside the same on one device, both interpreted in 64 bits. */
final class Sharded {
    private static final double TOLERANCE = 1e-10;

    private Sharded() {}

    /** Outputs and all gradients of the devices together are those of one device; returns the programs of the devices. */
    static List<TensorModule> check(TensorModule module, ShardPlan plan) {
        assertEquals(plan, ShardPlanText.parse(new Source("plan", ShardPlanText.print(plan))));
        var modules = ShardModule.all(module, plan).stream().map(Differentiate.PASS::apply).toList();
        compare(Differentiate.PASS.apply(module), modules);
        return modules;
    }

    /** All results of programs of devices are those of one device. */
    static void compare(TensorModule module, List<TensorModule> modules) {
        modules.forEach(m -> assertEquals(Printer.print(m), Printer.print(Parser.parse("m", Printer.print(m)))));
        assertEquals(java.util.Optional.empty(), SameCollectives.difference(modules));
        var expected = Interpreter.run(module, arguments(), Interpreter.Options.EXACT);
        var actual = DevicesInterpreter.run(modules, arguments(), Interpreter.Options.EXACT);
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, whole) -> {
            double size = Math.max(1, largest(whole));
            Blocks.Joined joined = actual.get(name);
            assertTrue(joined.whole().distance(whole) <= TOLERANCE * size, name + " is off by " + joined.whole().distance(whole) + " of " + size);
            assertTrue(joined.disagreement() <= TOLERANCE * size, name + " differs between devices by " + joined.disagreement());
        });
    }

    private static double largest(NdArray array) {
        double largest = 0;
        for (int i = 0; i < array.size(); i++) {
            largest = Math.max(largest, Math.abs(array.at(i)));
        }
        return largest;
    }

    /** The same numbers for the same parameter. */
    private static Function<Parameter, NdArray> arguments() {
        Map<String, NdArray> made = new LinkedHashMap<>();
        return parameter -> {
            // Of a part: that of the whole.
            var type = parameter.sharding().whole(parameter.value().type());
            return made.computeIfAbsent(parameter.role() + parameter.external(), key -> {
                var random = new SplittableRandom(key.hashCode());
                double[] data = new double[(int) type.elements()];
                for (int i = 0; i < data.length; i++) {
                    data[i] = !type.dtype().isFloating() ? random.nextInt(4) : key.contains("mask") ? random.nextInt(4) > 0 ? 1 : 0 : random.nextDouble() - 0.5;
                }
                return NdArray.of(data, type.shape());
            });
        };
    }
}
