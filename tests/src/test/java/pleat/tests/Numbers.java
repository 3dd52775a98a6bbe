package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.Dim;
import pleat.passes.BindSizes;
import pleat.passes.reduce.Samples;

/** Runs modules in the interpreter on generated inputs and compares what comes out. */
final class Numbers {
    /** Two orders of the same sum of a few hundred f64 products differ by far less; a wrong term by far more. */
    private static final double TOLERANCE = 1e-11;

    /** In random programs an iterated sine of a sum makes much of the last bit. */
    static final double RANDOM_TOLERANCE = 1e-7;

    private Numbers() {}

    /**
     * The right module gives the results of the left one, and perhaps others; where only one has symbols, they get the sizes of
     * the other.
     */
    static void assertSame(TensorModule left, TensorModule right) {
        assertSame(left, right, TOLERANCE);
    }

    static void assertSame(TensorModule left, TensorModule right, double tolerance) {
        var sizes = new LinkedHashMap<String, Long>();
        learnSizes(left, right, sizes);
        learnSizes(right, left, sizes);
        var expected = Samples.run(bind(left, sizes));
        var actual = Samples.run(bind(right, sizes));
        expected.forEach((name, array) -> {
            double scale = Math.max(1, array.distance(array.map(_ -> 0)));
            assertTrue(actual.containsKey(name), () -> "result `" + name + "` is missing");
            double difference = array.distance(actual.get(name));
            assertTrue(difference <= tolerance * scale, () -> "result `" + name + "` differs by " + difference);
        });
    }

    private static void learnSizes(TensorModule symbolic, TensorModule bound, LinkedHashMap<String, Long> sizes) {
        var from = symbolic.entryFunction().arguments();
        var to = bound.entryFunction().arguments();
        for (int p = 0; p < from.size(); p++) {
            for (int d = 0; d < from.get(p).type().rank(); d++) {
                if (from.get(p).type().dims().get(d) instanceof Dim.Symbol symbol
                        && to.get(p).type().dims().get(d) instanceof Dim.Const(long size)) {
                    sizes.put(symbol.name(), size);
                }
            }
        }
    }

    /** Sizes that nothing tells are the smallest legal ones above 1. */
    private static TensorModule bind(TensorModule module, LinkedHashMap<String, Long> known) {
        var sizes = new LinkedHashMap<String, Long>();
        BindSizes.symbols(module).forEach(symbol -> sizes.put(symbol.name(), known.getOrDefault(symbol.name(),
                Math.min(symbol.max(), Math.ceilDiv(Math.max(2, symbol.min()), symbol.multiple()) * symbol.multiple()))));
        return BindSizes.of(sizes).apply(module);
    }
}
