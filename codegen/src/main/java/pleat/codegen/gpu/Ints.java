package pleat.codegen.gpu;

import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Arithmetic on whole numbers of 32 or 64 bits; what is known is computed here. */
final class Ints {
    private final LaneBuilder b;

    Ints(LaneBuilder b) {
        this.b = b;
    }

    static boolean isKnown(Operand x) {
        return x instanceof Operand.Whole;
    }

    static boolean is(Operand x, long value) {
        return x instanceof Operand.Whole(_, long known) && known == value;
    }

    private static long known(Operand x) {
        return ((Operand.Whole) x).value();
    }

    private static boolean isWide(Operand x) {
        return x.type() == LaneType.I64;
    }

    Operand plus(Operand x, Operand y) {
        if (isKnown(x) && isKnown(y)) {
            return new Operand.Whole(x.type(), known(x) + known(y));
        }
        return is(y, 0) ? x : is(x, 0) ? y : b.row(isWide(x) ? Opcode.ADD_I64 : Opcode.ADD_I32, x, y);
    }

    Operand plus(Operand x, long y) {
        return plus(x, new Operand.Whole(x.type(), y));
    }

    Operand minus(Operand x, Operand y) {
        if (isKnown(x) && isKnown(y)) {
            return new Operand.Whole(x.type(), known(x) - known(y));
        }
        return is(y, 0) ? x : b.row(isWide(x) ? Opcode.SUB_I64 : Opcode.SUB_I32, x, y);
    }

    Operand times(Operand x, long y) {
        if (isKnown(x)) {
            return new Operand.Whole(x.type(), known(x) * y);
        }
        if (y == 0) {
            return new Operand.Whole(x.type(), 0);
        }
        return y == 1 ? x : b.row(isWide(x) ? Opcode.MUL_I64 : Opcode.MUL_I32, x, new Operand.Whole(x.type(), y));
    }

    /** Of a number that is not negative. */
    Operand over(Operand x, long y) {
        if (isKnown(x)) {
            return new Operand.Whole(x.type(), known(x) / y);
        }
        return y == 1 ? x : b.row(isWide(x) ? Opcode.DIV_I64 : Opcode.DIV_I32, x, new Operand.Whole(x.type(), y));
    }

    /** Of a number that is not negative. */
    Operand rest(Operand x, long y) {
        if (isKnown(x)) {
            return new Operand.Whole(x.type(), known(x) % y);
        }
        return y == 1 ? new Operand.Whole(x.type(), 0)
                : b.row(isWide(x) ? Opcode.REM_I64 : Opcode.REM_I32, x, new Operand.Whole(x.type(), y));
    }

    /** The bits in which two numbers that are not negative differ. */
    Operand differing(Operand x, Operand y) {
        if (isKnown(x) && isKnown(y)) {
            return new Operand.Whole(x.type(), known(x) ^ known(y));
        }
        return is(y, 0) ? x : is(x, 0) ? y : b.row(Opcode.XOR_I32, x, y);
    }

    Operand least(Operand x, Operand y) {
        if (isKnown(x) && isKnown(y)) {
            return known(x) < known(y) ? x : y;
        }
        return b.row(isWide(x) ? Opcode.MIN_I64 : Opcode.MIN_I32, x, y);
    }

    Operand wide(Operand x) {
        return isWide(x) ? x : isKnown(x) ? Operand.i64(known(x)) : b.row(Opcode.WIDE, x);
    }

    /** Whether {@code 0 <= x < y}. */
    Operand isBelow(Operand x, Operand y) {
        if (isKnown(x) && isKnown(y)) {
            return new Operand.Whole(LaneType.PRED, known(x) >= 0 && known(x) < known(y) ? 1 : 0);
        }
        return b.row(isWide(x) ? Opcode.ULT_I64 : Opcode.ULT_I32, x, y);
    }

    Operand both(Operand x, Operand y) {
        return is(x, 1) ? y : is(y, 1) ? x : b.row(Opcode.AND_PRED, x, y);
    }

    static Operand yes() {
        return new Operand.Whole(LaneType.PRED, 1);
    }
}
