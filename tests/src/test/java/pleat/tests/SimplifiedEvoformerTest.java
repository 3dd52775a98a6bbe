package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.model.ModelName;
import pleat.cli.model.ModelRegistry;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.derive.Products;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.tests.EveryWay.Way;

/** The model of the published tables: what is said of it there. */
final class SimplifiedEvoformerTest {

    private static TensorModule compile(Map<String, Long> sizes) {
        ModelName name = ModelRegistry.load().benchmark("evoformer-simplified").orElseThrow();
        return Frontend.ofImport(name.source(), Library.shipped()).compile(name.module(), Request.of(Map.<String, ConfigValue>of(), sizes));
    }

    @Test
    void aBlockHasTheParametersThatAreUsed() {
        long weights = compile(Map.of("s", 8L, "r", 12L, "no_blocks", 3L)).entryFunction().parameters().stream()
                .filter(parameter -> parameter.role() == Role.WEIGHT).mapToLong(parameter -> parameter.value().type().elements()).sum();
        assertEquals(3 * 1_824_512, weights);
    }

    /** 0.216, 0.593 and 1.076 TFLOP a block. */
    @Test
    void aBlockDoesTheWorkThatIsPublished() {
        assertEquals(216, gigaflops(128, 256));
        assertEquals(593, gigaflops(512, 256));
        assertEquals(1076, gigaflops(512, 384));
    }

    private static long gigaflops(long s, long r) {
        return Math.round(Products.flops(compile(Map.of("s", s, "r", r, "no_blocks", 1L))) / 1e9);
    }

    @Test
    void nativeCodeAgreesAndSoDoGradients() {
        var small = compile(Map.of("s", 3L, "r", 5L, "cm", 16L, "cz", 8L, "no_blocks", 2L));
        assertEquals(List.of(), ModelNativeTest.disagreements(small, true, List.of(Way.NATIVE)));
    }
}
