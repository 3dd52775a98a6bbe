package pleat.features.sample;

import java.util.List;

/**
 * A row of residues, eight in a word: comparing every row of an alignment with every cluster is most of the work of its features.
 *
 * @param words bytes of 0 to 127; places behind the last residue hold 0
 */
record PackedRow(long[] words, int residues) {
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

    static PackedRow of(byte[] residues) {
        var words = new long[(residues.length + 7) / 8];
        for (int r = 0; r < residues.length; r++) {
            words[r / 8] |= (long) residues[r] << r % 8 * 8;
        }
        return new PackedRow(words, residues.length);
    }

    /** How many places hold the same. */
    int agreement(PackedRow other) {
        int agreeing = 0;
        for (int w = 0; w < words.length; w++) {
            // The high bit of a byte of the sum is 0 only where the two bytes are equal: no byte carries into the next one.
            agreeing += 8 - Long.bitCount((words[w] ^ other.words[w]) + LOW_BITS & ~LOW_BITS);
        }
        return agreeing - (words.length * 8 - residues);
    }

    /** The row of the list that agrees in most places; the first of equals. */
    int nearest(List<PackedRow> rows) {
        int best = 0;
        int most = -1;
        for (int r = 0; r < rows.size(); r++) {
            int agreement = agreement(rows.get(r));
            if (agreement > most) {
                most = agreement;
                best = r;
            }
        }
        return best;
    }
}
