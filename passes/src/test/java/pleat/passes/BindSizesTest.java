package pleat.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

class BindSizesTest {
    private static final Dim N = new Dim.Symbol("N", 16, 2048, 16);

    /** {@code y[i] = sum(k: N) x[i, k]}. */
    private static TensorModule rowSums() {
        var x = new Value("x", TensorType.of(DType.F32, List.of(N, N)));
        var y = new Value("y", TensorType.of(DType.F32, List.of(N)));
        var equation = Equation.of(List.of(new Axis("i", N), new Axis("k", N)), 1, List.of(Access.bare(0, 1)), Reduction.SUM,
                Scalar.read(0));
        return Modules.single(Modules.function("main", List.of(x), List.of(Op.compute(y, equation, List.of(x))), List.of(y)));
    }

    @Test
    void everyExtentBecomesANumber() {
        var bound = BindSizes.of(Map.of("N", 32L)).apply(rowSums());
        assertTrue(Invariant.BOUND_SIZES.holds(bound));
        assertFalse(Invariant.BOUND_SIZES.holds(rowSums()));
        var compute = (Op.Compute) bound.entryFunction().body().getFirst();
        assertEquals(TensorType.of(DType.F32, 32), compute.result().type());
        assertEquals(Dim.of(32), compute.equation().axes().get(1).extent());
        assertSame(bound.entryFunction().arguments().getFirst(), compute.operands().getFirst());
        assertSame(bound.entryFunction().results().getFirst(), compute.result());
    }

    @Test
    void aBoundModuleIsUnchanged() {
        var bound = BindSizes.of(Map.of("N", 32L)).apply(rowSums());
        assertSame(bound, BindSizes.of(Map.of()).apply(bound));
    }

    @Test
    void sizesThatCannotBeAreTheUsersError() {
        assertEquals("size `N` is 40, not a multiple of 16", message(Map.of("N", 40L)));
        assertEquals("size `N` is 4096, outside its bounds 16..2048", message(Map.of("N", 4096L)));
        assertEquals("size `N` is not given\n  = help: add `--size N=16`", message(Map.of()));
        assertEquals("size `M` is given, but the model has no size of that name\n  = note: its sizes are `N`",
                message(Map.of("N", 16L, "M", 3L)));
    }

    private static String message(Map<String, Long> sizes) {
        return assertThrows(UserException.class, () -> BindSizes.of(sizes).apply(rowSums())).getMessage();
    }
}
