package pleat.cli.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.cli.compile.NativeOptions;
import pleat.cli.execute.KernelCheck;
import pleat.cli.execute.Via;
import pleat.cli.golden.Comparison.Row;
import pleat.ir.type.DType;

final class ArithmeticTest {
    private static final Arithmetic BF16 = Arithmetic.of(Via.EMULATOR, NativeOptions.threads(1).withStorage(DType.BF16), Optional.empty(), true);

    private static Row rounded(double error) {
        return new Row("out/y", error, 1e-5, false);
    }

    /** In a loop one launch may be allowed much, and does not speak for another that is not. */
    @Test
    void everyLaunchIsJudgedByItself() {
        var rows = BF16.rows(List.of(new KernelCheck.Error("k", "y", 0.06, 0.04), new KernelCheck.Error("k", "y", 0.007, 0.0005)));
        assertEquals(1, rows.size());
        assertEquals(0.007, rows.getFirst().error());
        assertFalse(rows.getFirst().ok());
    }

    @Test
    void aModelIsAllowedTheMostOfAllDraws() {
        assertEquals(4 * 0.02, BF16.rule(List.of(rounded(0.01), rounded(0.02), rounded(0.005))).tolerance("out/y", 1e-5), 1e-12);
        assertEquals(4e-3, BF16.rule(List.of(rounded(1e-4))).tolerance("out/y", 1e-5), 1e-12);
    }

    @Test
    void whatRoundingTakesOutOfRangeAllowsNothing() {
        assertEquals(4e-3, BF16.rule(List.of(rounded(Double.NaN), rounded(Double.POSITIVE_INFINITY))).tolerance("out/y", 1e-5), 1e-12);
    }
}
