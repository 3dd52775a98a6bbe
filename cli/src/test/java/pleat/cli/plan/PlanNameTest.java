package pleat.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.UserException;
import pleat.passes.space.NamedPlan;

final class PlanNameTest {
    private static String refusal(String text) {
        return assertThrows(UserException.class, () -> PlanName.parse(text)).getMessage();
    }

    @Test
    void everyPlanIsFoundByItsName() {
        for (var plan : NamedPlan.values()) {
            assertEquals(plan, PlanName.parse(plan.text()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero1", "zero-1", "ZeRO-2", "zero_3"})
    void stagesOfZeroAreOneAndThatIsSaid(String text) {
        assertTrue(refusal(text).contains("there is no plan that spreads only some of them"), refusal(text));
    }

    @Test
    void otherNamesAreRefusedWithThoseThatThereAre() {
        assertEquals("there is no plan `fsdp`\n  = note: there are single, dp, zero, tp, dap, dap-fastfold, auto", refusal("fsdp"));
        assertFalse(refusal("zeroes").contains("ZeRO"));
    }
}
