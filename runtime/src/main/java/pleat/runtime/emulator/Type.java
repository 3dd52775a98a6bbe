package pleat.runtime.emulator;

import java.util.Locale;

/** The types that instructions of PTX name. */
enum Type {
    PRED(1), B8(1), U8(1), S8(1), B16(2), U16(2), S16(2), F16(2), BF16(2), B32(4), U32(4), S32(4), F32(4), F16X2(4), BF16X2(4), TF32(4),
    B64(8), U64(8), S64(8), F64(8);

    private final int bytes;

    Type(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /** Whether its registers are 64 bits wide. */
    boolean isWide() {
        return bytes == 8;
    }

    boolean isSigned() {
        return this == S8 || this == S16 || this == S32 || this == S64;
    }

    boolean isFloat() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }

    /** The bits of a value as a 64-bit integer, extended as the type says. */
    long extend(long bits) {
        int unused = 64 - 8 * bytes;
        return isSigned() ? bits << unused >> unused : bits << unused >>> unused;
    }

    static boolean isName(String name) {
        for (Type type : values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return true;
            }
        }
        return false;
    }

    static Type named(String name) {
        if (!isName(name)) {
            throw new PtxSyntax("no type ." + name);
        }
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
