package pleat.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

class InlineTest {
    private static final Equation EXP = Equation.of(List.of(new Axis("i", Dim.of(4))), 1, List.of(Access.bare(0)), Reduction.NONE,
            Scalar.read(0).apply(Scalar.Fn1.EXP));

    private static Value value(String name) {
        return new Value(name, TensorType.of(DType.F32, 4));
    }

    private static Function exp() {
        var x = value("x");
        var y = value("y");
        return Modules.function("exp", List.of(x), List.of(Op.compute(y, EXP, List.of(x))), List.of(y));
    }

    private static Op.Call call(String callee, Value from, Value to) {
        return new Op.Call(ImmutableList.of(to), callee, ImmutableList.of(from), Location.UNKNOWN);
    }

    /** Calls {@code callee} twice in a row. */
    private static Function twice(String name, String callee) {
        var a = value("a");
        var b = value("b");
        var c = value("c");
        return Modules.function(name, List.of(a), List.of(call(callee, a, b), call(callee, b, c)), List.of(c));
    }

    @Test
    void callsOfCallsBecomeOneChainOfFreshValues() {
        var inlined = Inline.PASS.apply(Modules.module(List.of(exp(), twice("block", "exp"), twice("main", "block"))));
        assertEquals(Set.of("main"), inlined.functions().keySet());
        var main = inlined.entryFunction();
        assertEquals(4, main.body().size());
        var last = main.arguments().getFirst();
        for (Op op : main.body()) {
            assertSame(last, op.operands().getFirst());
            assertNotSame(last, op.results().getFirst());
            last = op.results().getFirst();
        }
        assertSame(last, main.results().getFirst());
    }

    @Test
    void aRepeatedBodyStaysAFunctionWithoutCalls() {
        var m = value("m");
        var end = value("end");
        var repeat = new Op.Repeat(ImmutableList.of(end), new Op.Repeat.Body("block", 48, false), ImmutableList.of(m),
                ImmutableList.of(),
                ImmutableList.of(), Location.UNKNOWN);
        var main = Modules.function("main", List.of(m), List.of(repeat), List.of(end));
        TensorModule inlined = Inline.PASS.apply(Modules.module(List.of(exp(), twice("block", "exp"), main)));
        assertEquals(List.of("block", "main"), List.copyOf(inlined.functions().keySet()));
        assertTrue(Invariant.NO_CALLS.holds(inlined));
        assertSame(inlined, Inline.PASS.apply(inlined));
    }

    @Test
    void aFunctionThatReturnsItsParameterLeavesNothing() {
        var p = value("p");
        var same = Modules.function("same", List.of(p), List.of(), List.of(p));
        var a = value("a");
        var b = value("b");
        var main = Modules.function("main", List.of(a), List.of(call("same", a, b)), List.of(b));
        var inlined = Inline.PASS.apply(Modules.module(List.of(same, main))).entryFunction();
        assertEquals(List.of(), inlined.body());
        assertSame(inlined.arguments().getFirst(), inlined.results().getFirst());
    }
}
