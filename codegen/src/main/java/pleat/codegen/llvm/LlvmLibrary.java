package pleat.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.LLVMGetVersion;

import pleat.ir.diagnostic.DeviceException;

/**
 * The LLVM that this process loaded.
 *
 * @param hostCpu LLVM's name of this processor, for instance {@code znver5}
 */
public record LlvmLibrary(String version, String hostCpu) {
    /** Loads LLVM where that has not happened yet; the failure says what the system's loader said. */
    public static LlvmLibrary load() {
        try {
            int[] major = new int[1];
            int[] minor = new int[1];
            int[] patch = new int[1];
            LLVMGetVersion(major, minor, patch);
            return new LlvmLibrary("%d.%d.%d".formatted(major[0], minor[0], patch[0]), NativeLlvm.hostCpu());
        } catch (LinkageError failure) {
            throw new DeviceException("LLVM cannot be loaded on this machine: " + rootOf(failure).getMessage(), failure);
        }
    }

    // JavaCPP reports first that a class cannot be initialised; what is missing stands at the end of the causes.
    private static Throwable rootOf(Throwable failure) {
        return failure.getCause() == null ? failure : rootOf(failure.getCause());
    }
}
