package pleat.ir.lane;

/** What an op reads. */
public sealed interface Operand permits LaneValue, Operand.Whole, Operand.Real {
    LaneType type();

    /** A number known when the code is written. */
    record Whole(LaneType type, long value) implements Operand {}

    /** A number known when the code is written. */
    record Real(float value) implements Operand {
        @Override
        public LaneType type() {
            return LaneType.F32;
        }

        // Told apart by bits: a zero has a sign, and one NaN is like another.
        @Override
        public boolean equals(Object other) {
            return other instanceof Real(float that) && Float.floatToIntBits(that) == Float.floatToIntBits(value);
        }

        @Override
        public int hashCode() {
            return Float.floatToIntBits(value);
        }
    }

    static Operand i32(long value) {
        return new Whole(LaneType.I32, value);
    }

    static Operand i64(long value) {
        return new Whole(LaneType.I64, value);
    }

    static Operand f32(double value) {
        return new Real((float) value);
    }
}
