package pleat.runtime.emulator;

/**
 * A value for each lane: 32 neighbours in a warp's file of 32-bit registers, or of 64-bit ones. Constants and special registers are rows
 * that are filled before the warp starts, so an operand is always a row.
 */
record Row(boolean isWide, int base) {
    static final int LANES = 32;

    /** The bits of a lane; those of 32-bit registers are extended by zeros. */
    long get(Warp warp, int lane) {
        return isWide ? warp.wide[base + lane] : warp.narrow[base + lane] & 0xffffffffL;
    }

    void set(Warp warp, int lane, long bits) {
        if (isWide) {
            warp.wide[base + lane] = bits;
        } else {
            warp.narrow[base + lane] = (int) bits;
        }
    }

    int narrowBase() {
        if (isWide) {
            throw new PtxSyntax("a 64-bit register where a narrower one belongs");
        }
        return base;
    }

    int wideBase() {
        if (!isWide) {
            throw new PtxSyntax("a register narrower than 64 bits where a 64-bit one belongs");
        }
        return base;
    }
}
