package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Equation.Target;
import pleat.ir.index.Index;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.type.Dim;

class NormalizeTest {
    private static final Axis I = new Axis("i", Dim.of(4));
    private static final Axis K = new Axis("k", Dim.of(3));

    @Test
    void readsAreNumberedByUseAndMergedAndUnusedOnesDropped() {
        // Axes (k, i); reads: unused, b[k], a[i, k], a[i, k] again.
        var equation = new Equation(ImmutableList.of(K, I),
                ImmutableList.of(Access.bare(0), Access.bare(0), Access.bare(1, 0), Access.bare(1, 0)),
                new Target(Access.bare(1), ImmutableList.of(Dim.of(4))), Reduction.SUM,
                Scalar.read(2).times(Scalar.read(1)).plus(Scalar.read(3)));
        var normal = Normalize.of(equation, List.of("u", "b", "a", "a"));
        assertEquals(Equation.of(List.of(I, K), 1, List.of(Access.bare(0, 1), Access.bare(1)), Reduction.SUM,
                Scalar.read(0).times(Scalar.read(1)).plus(Scalar.read(0))), normal.equation());
        assertEquals(List.of("a", "b"), normal.operands());
        assertEquals(normal, Normalize.of(normal.equation(), normal.operands()));
    }

    @Test
    void aReducedAxisThatNothingUsesStays() {
        var equation = Equation.of(List.of(I, K), 1, List.of(Access.bare(0)), Reduction.SUM, Scalar.read(0));
        assertEquals(equation, Normalize.of(equation, List.of("a")).equation());
    }

    @Test
    void digitsOfAWriteStandMostSignificantFirst() {
        var write = Access.of(Index.of(List.of(new Term(0, 1), new Term(1, 3)), 0));
        var equation = new Equation(ImmutableList.of(K, I), ImmutableList.of(Access.bare(1, 0)),
                new Target(write, ImmutableList.of(Dim.of(12))),
                Reduction.NONE, Scalar.read(0));
        assertEquals(List.of(I, K), Normalize.of(equation, List.of("a")).equation().axes());
    }

    @Test
    void axisNamesBecomeUnique() {
        var equation = Equation.of(List.of(I, I, new Axis("i1", Dim.of(2))), 1, List.of(Access.bare(0, 1, 2)), Reduction.SUM,
                Scalar.read(0));
        assertEquals(List.of("i", "i2", "i1"),
                Normalize.of(equation, List.of("a")).equation().axes().stream().map(Axis::name).toList());
    }

    @Test
    void normalFormIsTheSameInstance() {
        var compute = Program.of("%x: f64[4]", "%r = %x[i] -> f64[i: 4]").last();
        assertSame(compute, Normalize.of(compute));
    }
}
