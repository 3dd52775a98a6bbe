package pleat.ir.type;

import java.util.Locale;

/** Element type of a tensor; the formulas themselves compute in real numbers and round on store. */
public enum DType {
    F64(8, true), F32(4, true), F16(2, true), BF16(2, true), I64(8, false), I32(4, false), I16(2, false), I8(1, false), U8(1, false),
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Storage size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether values of this type can carry a gradient. */
    public boolean isFloating() {
        return floating;
    }

    /** The name used in every text form: {@code f32}, {@code bf16}, {@code i64}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
