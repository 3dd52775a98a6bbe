package pleat.runtime.emulator;

import java.util.List;
import java.util.Locale;

/** A memory; the generic address of one is its address plus the base of its window. */
enum Space {
    GLOBAL(0), SHARED(1L << 46), LOCAL(1L << 47), PARAM(1L << 48),
    /** Any of them: the address says which. */
    GENERIC(0);

    /** Those that a generic address may lie in. */
    static final List<Space> CONCRETE = List.of(GLOBAL, SHARED, LOCAL, PARAM);

    /** The address of the first byte of shared, local and parameter memory; not 0, so that a null pointer is never right. */
    static final long FIRST = 0x100_0000L;

    private final long window;

    Space(long window) {
        this.window = window;
    }

    static Space named(String name) {
        return switch (name) {
            case "shared", "shared__cta" -> SHARED;
            case "local" -> LOCAL;
            case "param" -> PARAM;
            case "global", "const" -> GLOBAL;
            default -> throw new PtxSyntax("no memory is called ." + name);
        };
    }

    long window() {
        return window;
    }

    /** Where an address of this space belongs. */
    Space of(long address) {
        if (this != GENERIC) {
            return this;
        }
        return address >= PARAM.window ? PARAM : address >= LOCAL.window ? LOCAL : address >= SHARED.window ? SHARED : GLOBAL;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
