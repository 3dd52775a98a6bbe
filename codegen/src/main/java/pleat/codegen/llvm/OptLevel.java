package pleat.codegen.llvm;

/** How hard LLVM works on a module. */
public enum OptLevel {
    /** Only what must happen: inlining of {@code alwaysinline} functions. For reading, not for running. */
    O0("default<O0>", 0),
    /**
     * For code whose vectors and loops already have their final form, as all generated kernels have: scalar clean-up only, at a
     * tenth of the time of {@link #O2}.
     */
    EXPLICIT("always-inline,function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),"
            + "gvn,instcombine<no-verify-fixpoint>,simplifycfg),globaldce", 2),
    /** LLVM's usual pipeline. */
    O2("default<O2>", 2),
    /** O2 with larger thresholds. */
    O3("default<O3>", 3);

    private final String passes;
    private final int codegenLevel;

    OptLevel(String passes, int codegenLevel) {
        this.passes = passes;
        this.codegenLevel = codegenLevel;
    }

    String passes() {
        return passes;
    }

    /** LLVM's {@code LLVMCodeGenOptLevel}. */
    int codegenLevel() {
        return codegenLevel;
    }
}
