package pleat.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.LLVMContextSetDiagnosticHandler;
import static org.bytedeco.llvm.global.LLVM.LLVMDSError;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeMessage;
import static org.bytedeco.llvm.global.LLVM.LLVMGetDiagInfoDescription;
import static org.bytedeco.llvm.global.LLVM.LLVMGetDiagInfoSeverity;
import static org.bytedeco.llvm.global.LLVM.LLVMGetHostCPUFeatures;
import static org.bytedeco.llvm.global.LLVM.LLVMGetHostCPUName;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeAllAsmParsers;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeAllAsmPrinters;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeAllTargetInfos;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeAllTargetMCs;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeAllTargets;
import static org.bytedeco.llvm.global.LLVM.LLVMInstallFatalErrorHandler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticHandler;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticInfoRef;
import org.bytedeco.llvm.LLVM.LLVMFatalErrorHandler;

/**
 * The loaded LLVM library and its two error hooks, which are one per process by LLVM's own design.
 * The hooks find the compilation they belong to through {@link #CURRENT}, so nothing here changes after loading.
 */
final class NativeLlvm {
    /** What the compilation on this thread reports to. */
    record Job(CompletableFuture<byte[]> result, List<String> errors) {}

    static final ScopedValue<Job> CURRENT = ScopedValue.newInstance();

    // JavaCPP makes a C function pointer of an object only by subclassing; both objects live as long as the library.
    private static final LLVMDiagnosticHandler ON_DIAGNOSTIC = new LLVMDiagnosticHandler() {
        @Override
        public void call(LLVMDiagnosticInfoRef diagnostic, Pointer context) {
            if (LLVMGetDiagInfoSeverity(diagnostic) == LLVMDSError) {
                CURRENT.get().errors().add(text(LLVMGetDiagInfoDescription(diagnostic)));
            }
        }
    };

    // LLVM ends the process when this returns, so it never does: the thread and its module are the price of the failure.
    private static final LLVMFatalErrorHandler ON_FATAL = new LLVMFatalErrorHandler() {
        @Override
        public void call(BytePointer reason) {
            CURRENT.get().result().completeExceptionally(new LlvmException("LLVM gave up: " + reason.getString()));
            while (true) {
                LockSupport.park(this);
            }
        }
    };

    static {
        LLVMInstallFatalErrorHandler(ON_FATAL);
        LLVMInitializeAllTargetInfos();
        LLVMInitializeAllTargets();
        LLVMInitializeAllTargetMCs();
        LLVMInitializeAllAsmPrinters();
        LLVMInitializeAllAsmParsers();
    }

    private NativeLlvm() {}

    /** LLVM's name of this processor, for instance {@code znver5}. */
    static String hostCpu() {
        return text(LLVMGetHostCPUName());
    }

    /** Every feature LLVM knows, on or off as this processor has it: a virtual machine may hide some that the name implies. */
    static String hostFeatures() {
        return text(LLVMGetHostCPUFeatures());
    }

    static void reportTo(LLVMContextRef context) {
        LLVMContextSetDiagnosticHandler(context, ON_DIAGNOSTIC, null);
    }

    /** The text of a message that LLVM allocated, which is freed here. */
    static String text(BytePointer message) {
        if (message == null || message.isNull()) {
            return "no message";
        }
        String text = message.getString();
        LLVMDisposeMessage(message);
        return text;
    }
}
