package pleat.runtime.emulator;

/**
 * How a matrix lies in shared memory, as a unit of a warp group is told in 64 bits: lines, eight of them behind each other. A line is a row with its numbers
 * side by side along the depth, or, turned, a position of the depth with those of neighbouring rows side by side; which, an instruction says.
 *
 * @param start address of the first line, of which a unit knows 18 bits
 * @param leading bytes from one group of 16 bytes to the next, where lines are not swizzled; turned, from one span of rows to the next, and where lines are
 *     not swizzled from eight lines to the next
 * @param stride bytes from eight lines to the next; where turned lines are not swizzled, from one group to the next
 * @param span bytes of a line within which groups of 16 change places; 16 where they do not
 */
record Descriptor(int start, int leading, int stride, int span) {
    private static final int UNIT = 16;
    private static final int UNIT_BITS = 4;
    private static final long FIELD = (1 << 14) - 1;
    private static final int LINES = 8;
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
        if (span > UNIT && (start >> TURN_BITS & LINES - 1) != (bits >>> 49 & LINES - 1)) {
            throw new Wrong("lines of " + span + " bytes change places every " + LINES * span + " bytes, and 0x" + Integer.toHexString(start)
                    + " does not begin there");
        }
        return new Descriptor(start, field(bits, 16), field(bits, 32), span);
    }

    private static int field(long bits, int from) {
        return (int) (bits >>> from & FIELD) << UNIT_BITS;
    }

    /** The address of 16 bytes of a row, so many groups along the depth. */
    int upright(int row, int group) {
        int eight = start + row / LINES * stride + row % LINES * span;
        return swizzled(span == UNIT ? eight + group * leading : eight + group * UNIT);
    }

    /** The address of 16 bytes of a position of the depth, so many groups along the rows. */
    int turned(int depth, int group) {
        if (span == UNIT) {
            return swizzled(start + depth / LINES * leading + depth % LINES * UNIT + group * stride);
        }
        int groups = span / UNIT;
        return swizzled(start + depth / LINES * stride + depth % LINES * span + group / groups * leading + group % groups * UNIT);
    }

    private int swizzled(int plain) {
        int turned = plain ^ (plain >> TURN_BITS & span / UNIT - 1) << UNIT_BITS;
        return turned & WINDOW - 1;
    }
}
