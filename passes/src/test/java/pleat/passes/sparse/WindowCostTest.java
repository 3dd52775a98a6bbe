package pleat.passes.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowCostTest {
    @Test
    void fullBlocksPayUntilTheyAreAsWideAsTheSequence() {
        assertEquals(2048, WindowCost.crossover(32, 2048));
        assertEquals(2048, WindowCost.crossover(16, 2048));
    }

    @Test
    void fewRowsHaveTheirKeysAtTheCostOfSixteen() {
        assertEquals(512, WindowCost.crossover(4, 2048));
        assertEquals(63, WindowCost.crossover(1, 1000));
    }

    @Test
    void aLargerBlockPaysWhereItsRowsShareMostKeys() {
        assertTrue(WindowCost.perRow(16, 144) < WindowCost.perRow(8, 136));
        assertTrue(WindowCost.perRow(16, 144) < WindowCost.perRow(32, 160));
    }
}
