package pleat.codegen.gpu;

import pleat.ir.lane.Operand;

/**
 * An order of lines in shared memory in which as many as follow each other lie in all banks together, where lines as they lie would share banks: 0, 4, 1, 5,
 * 2, 6, 3, 7 for 16 of every 20 words.
 *
 * @param together lines that one pass moves
 * @param apart distance of these
 */
record BankOrder(long together, long apart) {
    private static final long BANKS = 32;
    static final BankOrder AS_THEY_LIE = new BankOrder(1, 1);

    /**
     * @param pitch words from line to line
     * @param width words that are wanted of each
     * @param lines that there are, or that must stay among themselves
     */
    static BankOrder of(long pitch, long width, long lines) {
        if (width <= 0 || width >= BANKS || BANKS % width != 0) {
            return AS_THEY_LIE;
        }
        long together = BANKS / width;
        for (long apart = 1; together * apart <= lines; apart *= 2) {
            // Odd multiples of a width that divides the banks go through all places of that width.
            if (apart * pitch % width == 0 && apart * pitch / width % 2 == 1 && lines % (together * apart) == 0) {
                return new BankOrder(together, apart);
            }
        }
        return AS_THEY_LIE;
    }

    boolean isAsTheyLie() {
        return apart == 1;
    }

    /** The line that comes as such a number. */
    Operand line(Ints ints, Operand number) {
        if (isAsTheyLie()) {
            return number;
        }
        long all = together * apart;
        var inside = ints.plus(ints.times(ints.rest(number, together), apart), ints.rest(ints.over(number, together), apart));
        return ints.plus(ints.times(ints.over(number, all), all), inside);
    }
}
