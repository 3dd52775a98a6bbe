package pleat.codegen.llvm;

/** How hard LLVM works on a module; explicit vector code gains little past {@link #O1}. */
public enum OptLevel {
    /** Only what must happen: inlining of {@code alwaysinline} functions. */
    O0,
    /** Scalar clean-up, no inlining by cost. */
    O1,
    /** The usual choice. */
    O2,
    /** O2 with larger thresholds. */
    O3;

    String passes() {
        return "default<" + name() + ">";
    }
}
