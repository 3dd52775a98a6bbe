package pleat.runtime.emulator;

/**
 * How a matrix lies in shared memory, as a unit of a warp group is told in 64 bits: rows with their numbers side by side along the depth.
 *
 * @param start address of the first row, of which a unit knows 18 bits
 * @param leading bytes from one group of 16 bytes along the depth to the next, where rows are not swizzled
 * @param stride bytes from eight rows to the next eight
 * @param span bytes of a row within which groups of 16 change places; 16 where they do not
 */
record Descriptor(int start, int leading, int stride, int span) {
    private static final int UNIT = 16;
    private static final int UNIT_BITS = 4;
    private static final long FIELD = (1 << 14) - 1;
    private static final int ROWS = 8;
    /** Bits of an address below those that say by how much groups change places. */
    private static final int TURN_BITS = 7;
    private static final int WINDOW = 1 << 18;
    /** Bits that stand for nothing. */
    private static final long UNUSED = 0b11L << 14 | 0b11L << 30 | 0b111L << 46 | 0x3ffL << 52;

    /** Something is wrong with what a unit is told. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    static Descriptor of(long bits) {
        int mode = (int) (bits >>> 62);
        int span = mode == 0 ? UNIT : 256 >> mode;
        int start = field(bits, 0);
        if ((bits & UNUSED) != 0) {
            throw new Wrong("bits are set that have no meaning: 0x" + Long.toHexString(bits & UNUSED));
        }
        if (span > UNIT && (start >> TURN_BITS & ROWS - 1) != (bits >>> 49 & ROWS - 1)) {
            throw new Wrong("rows of " + span + " bytes change places every " + ROWS * span + " bytes, and 0x" + Integer.toHexString(start)
                    + " does not begin there");
        }
        return new Descriptor(start, field(bits, 16), field(bits, 32), span);
    }

    private static int field(long bits, int from) {
        return (int) (bits >>> from & FIELD) << UNIT_BITS;
    }

    /** The address of 16 bytes: those of a number along the depth, of a row. */
    int place(int row, int group) {
        int eight = start + row / ROWS * stride;
        int plain = span == UNIT ? eight + row % ROWS * UNIT + group * leading : eight + row % ROWS * span + group * UNIT;
        int turned = plain ^ (plain >> TURN_BITS & span / UNIT - 1) << UNIT_BITS;
        return turned & WINDOW - 1;
    }
}
