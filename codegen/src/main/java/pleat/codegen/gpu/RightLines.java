package pleat.codegen.gpu;

import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Where 16 bytes of a {@link RightFactor} lie in its part. See Note [Lines] there. */
final class RightLines {
    private static final int QUARTER_BYTES = 32;
    private static final int QUARTERS = RightFactor.ROW_BYTES / QUARTER_BYTES;

    private final BlockCode k;
    private final Ints ints;
    private final RightFactor factor;

    RightLines(BlockCode k, RightFactor factor) {
        this.k = k;
        this.ints = k.ints;
        this.factor = factor;
    }

    /** Groups of 16 bytes of a line whose numbers are turned together. */
    int turns() {
        return Math.min(factor.pitchBytes(), RightFactor.ROW_BYTES) / WideReads.BYTES;
    }

    private boolean isNarrow() {
        return factor.pitchBytes() < RightFactor.ROW_BYTES;
    }

    /**
     * From the beginning of a part to a group.
     *
     * @param group of 16 bytes of the line
     */
    Operand bytes(Operand line, Operand group) {
        return switch (factor.fragments()) {
            case TF32, TF32_TWICE -> ofQuarters(line, group);
            case BF16, F16 -> ints.plus(ints.times(line, factor.pitchBytes()), ints.times(xor(group, turn(line)), WideReads.BYTES));
        };
    }

    private Operand ofQuarters(Operand line, Operand group) {
        var quarter = ints.over(group, 2);
        var rest = ints.times(ints.rest(group, 2), WideReads.BYTES);
        if (isNarrow()) {
            var turned = xor(ints.plus(ints.times(ints.rest(line, 2), 2), quarter), ints.rest(ints.over(line, 2), QUARTERS));
            return ints.plus(ints.plus(ints.times(ints.over(line, 2), RightFactor.ROW_BYTES), ints.times(turned, QUARTER_BYTES)), rest);
        }
        var turned = xor(quarter, ints.rest(xor(line, ints.over(line, 4)), QUARTERS));
        return ints.plus(ints.plus(ints.times(line, factor.pitchBytes()), ints.times(turned, QUARTER_BYTES)), rest);
    }

    private Operand turn(Operand line) {
        var third = ints.rest(ints.over(line, 4), 2);
        var otherTwo = ints.rest(ints.over(xor(line, ints.over(line, 4)), 2), 2);
        return isNarrow() ? ints.plus(third, ints.times(otherTwo, 2))
                : ints.plus(ints.plus(ints.rest(line, 2), ints.times(third, 2)), ints.times(otherTwo, 4));
    }

    private Operand xor(Operand x, Operand y) {
        return k.b.row(Opcode.XOR_I32, x, y);
    }
}
