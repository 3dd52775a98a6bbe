package pleat.passes.space;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PricingTest {
    @Test
    void aShareIsRoundedDown() {
        assertEquals(0, Pricing.share(100, 0, 0));
        assertEquals(7 + 3 * 7 / 10, Pricing.share(13, 7, 10));
        assertEquals(20, Pricing.share(40, 5, 10));
    }

    @Test
    void productsOfMoreThan64BitsAreExact() {
        long points = 80_000_000_000L;
        long half = points / 2;
        assertEquals(3 * half + 600_000_000, Pricing.share(3 * points + 1_200_000_000, half, points));
        assertEquals(3 * half + 1, Pricing.share(3 * points + 3, half, points));
    }
}
