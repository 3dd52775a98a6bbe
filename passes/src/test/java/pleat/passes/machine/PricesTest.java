package pleat.passes.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;

/** Prices on a machine whose figures are round. */
final class PricesTest {
    private static final Machine MACHINE = new Machine("round", new Machine.Origin(Machine.Kind.DATASHEET, "a test", ""),
            new Device(new Device.Rates(ImmutableMap.of(DType.F32, 1e9, DType.F16, 4e9), ImmutableMap.of(DType.F32, 1e9)),
                    new Device.Memory(1 << 20, 1e9, 1 << 10), 1e-3, ImmutableMap.of(Family.PRODUCT, new Device.Efficiency(0.5, 1))),
            new Fabric(ImmutableList.of(), ImmutableList.of(new Fabric.Link(2, 1e-3, 1e9), new Fabric.Link(Integer.MAX_VALUE, 2e-3, 1e6))));

    private static ImmutableList<Compute> ops(String body) {
        var module = Parser.parse("test.ir", "module tensor @m entry @f {\n  func @f(%a: f32[100, 100], %b: f32[100, 100]) {\n" + body + "\n  }\n}\n");
        return module.entryFunction().body().stream().map(Compute.class::cast).collect(ImmutableList.toImmutableList());
    }

    @Test
    void aKernelTakesWhatIsSlowerAndItsStart() {
        var ops = ops("""
                    %p = sum(k: 100) %a[i, k] * %b[k, j] -> f32[i: 100, j: 100]
                    %q = %p[i, j] + %b[i, j] -> f32[i: 100, j: 100]
                    return %q""");
        var prices = new Prices(MACHINE, Execution.PLEAT, DType.F16);
        // 2e6 operations at half of 4e9 a second against 6e4 bytes at 1e9.
        assertEquals(1e-3 + 1e-3, prices.seconds(ops.getFirst()), 1e-12);
        // 1e4 operations at 1e9 against 6e4 bytes.
        assertEquals(1e-3 + 6e-5, prices.seconds(ops.getLast()), 1e-12);
        assertEquals(1e-3 + 2.01e6 / 2e9, prices.fused(ops, 80_000), 1e-12);
    }

    @Test
    void beyondTheLargestSizeTimesDoNotFall() {
        var noisy = new Fabric.Table(2, Primitive.ALL_REDUCE, ImmutableList.of(new Fabric.Point(100, 2), new Fabric.Point(200, 1)));
        var fabric = new Fabric(ImmutableList.of(noisy), MACHINE.fabric().links());
        assertEquals(1.5, fabric.seconds(Primitive.ALL_REDUCE, 2, 150), 1e-12);
        assertEquals(1, fabric.seconds(Primitive.ALL_REDUCE, 2, 1000), 1e-12);
    }

    @Test
    void collectivesTakeTheSmallestLinkThatReachesAll() {
        var prices = new Prices(MACHINE, Execution.PLEAT, DType.F32);
        assertEquals(1e-3 + 1e6 / 1e9, prices.seconds(Primitive.ALL_REDUCE, 2, 1_000_000), 1e-12);
        assertEquals(2e-3 + 0.75e6 / 1e6, prices.seconds(Primitive.ALL_GATHER, 4, 1_000_000), 1e-12);
        assertEquals(2e-3 + 3e6 / 16 / 1e6, prices.seconds(Primitive.ALL_TO_ALL, 4, 1_000_000), 1e-12);
        assertEquals(0, prices.seconds(Primitive.ALL_REDUCE, 1, 1_000_000));
    }
}
