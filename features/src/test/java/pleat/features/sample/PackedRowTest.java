package pleat.features.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PackedRowTest {
    @Test
    void agreementIsTheNumberOfEqualPlaces() {
        var random = new Random(3);
        for (int residues = 0; residues < 70; residues++) {
            for (int limit : new int[] {2, 23, 128}) {
                byte[] a = row(random, residues, limit);
                byte[] b = row(random, residues, limit);
                long equal = IntStream.range(0, residues).filter(r -> a[r] == b[r]).count();
                assertEquals(equal, PackedRow.of(a).agreement(PackedRow.of(b)), residues + " residues below " + limit);
            }
        }
    }

    @Test
    void theNearestIsTheFirstOfEquals() {
        var own = PackedRow.of(new byte[] {1, 2, 3});
        assertEquals(1, own.nearest(List.of(PackedRow.of(new byte[] {0, 0, 3}), PackedRow.of(new byte[] {1, 0, 3}), PackedRow.of(new byte[] {1, 2, 0}))));
        assertEquals(0, own.nearest(List.of(PackedRow.of(new byte[3]), PackedRow.of(new byte[3]))));
    }

    private static byte[] row(Random random, int residues, int limit) {
        var row = new byte[residues];
        for (int r = 0; r < residues; r++) {
            row[r] = (byte) random.nextInt(limit);
        }
        return row;
    }
}
