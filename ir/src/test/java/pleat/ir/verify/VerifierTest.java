package pleat.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.Formula;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

class VerifierTest {
    private static final Value X = new Value("x", TensorType.of(DType.F32, 4));
    private static final Op.Compute Y = Formula.parse("exp(%x[i]) -> f32[i: 4]").bind("y", Map.of("x", X));
    private static final Op.Compute Z = Formula.parse("-%y[i] -> f32[i: 4]").bind("z", Map.of("y", Y.result()));

    private static TensorModule module(Op... ops) {
        var main = new Function("main", ImmutableList.of(new Parameter(X, Role.INPUT, "x")), ImmutableList.copyOf(ops),
                ImmutableList.of(new Return(Z.result(), "z")));
        return new TensorModule("m", ImmutableMap.of("main", main), "main");
    }

    private static List<String> messages(TensorModule module) {
        return Verifier.check(module).stream().map(d -> d.code().id() + " " + d.span().text() + ": " + d.message()).toList();
    }

    @Test
    void rightModulesPass() {
        assertEquals(List.of(), messages(module(Y, Z)));
        assertEquals(module(Y, Z).entry(), Verifier.verified(module(Y, Z), "nothing").entry());
    }

    @Test
    void aUseBeforeItsDefinitionIsSeen() {
        assertEquals(List.of("I0201 %z = -%y[i] -> f32[i: 4]: `%y` is not defined here"), messages(module(Z, Y)).stream()
                .map(m -> m.replace("%y.undefined", "%y")).toList());
    }

    @Test
    void aSecondDefinitionIsSeen() {
        assertTrue(messages(module(Y, Y, Z)).getFirst().endsWith("`%y` is defined already"));
    }

    @Test
    void theTypeOfAResultIsThatOfItsFormula() {
        var wrong = new Op.Compute(new Value("y", TensorType.of(DType.F32, 5)), Y.equation(), Y.operands(), Y.location());
        assertTrue(messages(module(wrong, Y, Z)).getFirst().endsWith("`%y` is of type `f32[5]`, but the formula gives `f32[4]`"));
    }

    @Test
    void whatAPassBreaksIsABugThatShowsTheLine() {
        var bug = assertThrows(IllegalStateException.class, () -> Verifier.verified(module(Z), "fuse-maps"));
        assertTrue(bug.getMessage().startsWith("wrong IR after fuse-maps\nerror[I0201]: `%y` is not defined here\n --> @m:3:5\n"),
                bug.getMessage());
    }

    @Test
    void digitsOfAMixedRadixNumberTellThePoint() {
        assertTrue(Injectivity.isShown(Formula.parse("0 -> f32[12*h + 3*i + c: 48] over(h: 4, i: 4, c: 3)").equation()));
        assertTrue(Injectivity.isShown(Formula.parse("0 -> f32[-c + 3*i + 2: 12] over(i: 4, c: 3)").equation()));
        assertFalse(Injectivity.isShown(Formula.parse("0 -> f32[2*i + c: 12] over(i: 4, c: 3)").equation()));
        assertTrue(Injectivity.isShown(Formula.parse("0 -> f32[i + j: 9, j: 5] over(i: 5)").equation()));
        assertTrue(Injectivity.isShown(Formula.parse("0 -> f32[8*i + j: 512] over(i: N, j: 8) where N in 1..64 by 1")
                .equation()));
        assertFalse(Injectivity.isShown(Formula.parse("0 -> f32[8*i + j: 512] over(i: 8, j: N) where N in 1..64 by 1")
                .equation()));
    }
}
