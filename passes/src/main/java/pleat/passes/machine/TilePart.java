package pleat.passes.machine;

import java.util.Locale;

/** What a tile program spends its time on, as it can be counted in a kernel before there is code for it. */
public enum TilePart {
    /** Starting the kernel. */
    LAUNCH,
    /** A multiply-add of a product of matrices. */
    PRODUCT,
    /** An element of a tensor that a product reads, and that has to be rearranged for it. */
    PACKED,
    /** An element of a tile that the program made itself and a product takes. */
    TAKEN,
    /** An element of a map. */
    POINT,
    /** An exponential, a logarithm and the like. */
    FUNCTION,
    /** An element that is combined with others. */
    REDUCED,
    /** An element that a program reads, however often others read it too. */
    LOADED,
    STORED,
    /** A line of the cache that is touched for less than it holds: neighbours in the tile are no neighbours in memory. */
    LINE,
    /** A byte of a tensor that is read or written, once for all programs. */
    BYTE;

    /** The word in machine files: {@code launch}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
