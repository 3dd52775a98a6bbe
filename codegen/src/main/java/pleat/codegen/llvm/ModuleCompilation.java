package pleat.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.LLVMAddAttributeAtIndex;
import static org.bytedeco.llvm.global.LLVM.LLVMAddTargetDependentFunctionAttr;
import static org.bytedeco.llvm.global.LLVM.LLVMAttributeFunctionIndex;
import static org.bytedeco.llvm.global.LLVM.LLVMCodeModelDefault;
import static org.bytedeco.llvm.global.LLVM.LLVMContextCreate;
import static org.bytedeco.llvm.global.LLVM.LLVMContextDispose;
import static org.bytedeco.llvm.global.LLVM.LLVMCreateEnumAttribute;
import static org.bytedeco.llvm.global.LLVM.LLVMCreateMemoryBufferWithMemoryRangeCopy;
import static org.bytedeco.llvm.global.LLVM.LLVMCreatePassBuilderOptions;
import static org.bytedeco.llvm.global.LLVM.LLVMCreateTargetDataLayout;
import static org.bytedeco.llvm.global.LLVM.LLVMCreateTargetMachine;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeMemoryBuffer;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeModule;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposePassBuilderOptions;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeTargetData;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeTargetMachine;
import static org.bytedeco.llvm.global.LLVM.LLVMGetBufferSize;
import static org.bytedeco.llvm.global.LLVM.LLVMGetBufferStart;
import static org.bytedeco.llvm.global.LLVM.LLVMGetEnumAttributeKindForName;
import static org.bytedeco.llvm.global.LLVM.LLVMGetErrorMessage;
import static org.bytedeco.llvm.global.LLVM.LLVMGetFirstFunction;
import static org.bytedeco.llvm.global.LLVM.LLVMGetLinkage;
import static org.bytedeco.llvm.global.LLVM.LLVMGetModuleContext;
import static org.bytedeco.llvm.global.LLVM.LLVMGetNextFunction;
import static org.bytedeco.llvm.global.LLVM.LLVMGetTargetFromTriple;
import static org.bytedeco.llvm.global.LLVM.LLVMInternalLinkage;
import static org.bytedeco.llvm.global.LLVM.LLVMIsDeclaration;
import static org.bytedeco.llvm.global.LLVM.LLVMParseIRInContext;
import static org.bytedeco.llvm.global.LLVM.LLVMRelocPIC;
import static org.bytedeco.llvm.global.LLVM.LLVMRemoveEnumAttributeAtIndex;
import static org.bytedeco.llvm.global.LLVM.LLVMReturnStatusAction;
import static org.bytedeco.llvm.global.LLVM.LLVMRunPasses;
import static org.bytedeco.llvm.global.LLVM.LLVMSetModuleDataLayout;
import static org.bytedeco.llvm.global.LLVM.LLVMSetTarget;
import static org.bytedeco.llvm.global.LLVM.LLVMTargetMachineEmitToMemoryBuffer;
import static org.bytedeco.llvm.global.LLVM.LLVMVerifyModule;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;
import pleat.codegen.HostTarget;

/** One module on its way from text to machine code, on one thread, in a context of its own. */
record ModuleCompilation(String irText, HostTarget target, OptLevel level, Emission emission) {
    /** What comes out; the values are LLVM's {@code LLVMCodeGenFileType}. */
    enum Emission { ASSEMBLY, OBJECT }

    byte[] run() {
        LLVMContextRef context = LLVMContextCreate();
        NativeLlvm.reportTo(context);
        try {
            LLVMModuleRef module = parse(context);
            try {
                return compile(module);
            } finally {
                LLVMDisposeModule(module);
            }
        } finally {
            LLVMContextDispose(context);
        }
    }

    private LLVMModuleRef parse(LLVMContextRef context) {
        byte[] utf8 = irText.getBytes(StandardCharsets.UTF_8);
        try (var bytes = new BytePointer(utf8); var name = new BytePointer("module"); var error = new BytePointer()) {
            // The parser takes the buffer over, so it is not disposed here.
            LLVMMemoryBufferRef buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes, utf8.length, name);
            var module = new LLVMModuleRef();
            if (LLVMParseIRInContext(context, buffer, module, error) != 0) {
                throw new LlvmException("LLVM cannot parse generated code: " + NativeLlvm.text(error));
            }
            return module;
        }
    }

    private byte[] compile(LLVMModuleRef module) {
        LLVMTargetMachineRef machine = targetMachine();
        try {
            prepare(module, machine);
            verify(module);
            optimise(module, machine);
            return emit(module, machine);
        } finally {
            LLVMDisposeTargetMachine(machine);
        }
    }

    private LLVMTargetMachineRef targetMachine() {
        try (var triple = new BytePointer(target.triple()); var error = new BytePointer()) {
            var backEnd = new LLVMTargetRef();
            if (LLVMGetTargetFromTriple(triple, backEnd, error) != 0) {
                throw new LlvmException("LLVM has no back end for %s: %s".formatted(target.triple(), NativeLlvm.text(error)));
            }
            String cpu = target.isThisHost() ? NativeLlvm.hostCpu() : target.cpu();
            String features = target.isThisHost() ? NativeLlvm.hostFeatures() : "";
            return LLVMCreateTargetMachine(
                    backEnd, target.triple(), cpu, features, level.codegenLevel(), LLVMRelocPIC, LLVMCodeModelDefault);
        }
    }

    /**
     * Intel tunings prefer 256-bit registers even where 512-bit ones pay, so the generator's width is stated on each
     * function.
     */
    private void prepare(LLVMModuleRef module, LLVMTargetMachineRef machine) {
        LLVMSetTarget(module, target.triple());
        var layout = LLVMCreateTargetDataLayout(machine);
        LLVMSetModuleDataLayout(module, layout);
        LLVMDisposeTargetData(layout);
        String width = Integer.toString(8 * target.vectorBytes());
        for (LLVMValueRef function = LLVMGetFirstFunction(module); function != null; function = LLVMGetNextFunction(function)) {
            if (LLVMIsDeclaration(function) == 0) {
                LLVMAddTargetDependentFunctionAttr(function, "prefer-vector-width", width);
                if (target.isGpu() && LLVMGetLinkage(function) == LLVMInternalLinkage) {
                    inline(function, LLVMGetModuleContext(module));
                }
            }
        }
    }

    /** Whatever the writer thought of it: a call on a GPU goes through local memory. */
    private static void inline(LLVMValueRef function, LLVMContextRef context) {
        LLVMRemoveEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex, kind("noinline"));
        LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex, LLVMCreateEnumAttribute(context, kind("alwaysinline"), 0));
    }

    private static int kind(String attribute) {
        return LLVMGetEnumAttributeKindForName(attribute, attribute.length());
    }

    private static void verify(LLVMModuleRef module) {
        try (var error = new BytePointer()) {
            int broken = LLVMVerifyModule(module, LLVMReturnStatusAction, error);
            String message = NativeLlvm.text(error);
            if (broken != 0) {
                throw new LlvmException("LLVM's verifier refuses generated code: " + message);
            }
        }
    }

    private void optimise(LLVMModuleRef module, LLVMTargetMachineRef machine) {
        LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
        LLVMErrorRef error = LLVMRunPasses(module, level.passes(), machine, options);
        LLVMDisposePassBuilderOptions(options);
        if (error != null) {
            throw new LlvmException("LLVM's passes failed: " + LLVMGetErrorMessage(error).getString());
        }
    }

    private byte[] emit(LLVMModuleRef module, LLVMTargetMachineRef machine) {
        try (var error = new BytePointer(); var out = new PointerPointer<LLVMMemoryBufferRef>(1)) {
            if (LLVMTargetMachineEmitToMemoryBuffer(machine, module, emission.ordinal(), error, out) != 0) {
                throw new LlvmException("LLVM cannot emit code: " + NativeLlvm.text(error));
            }
            LLVMMemoryBufferRef buffer = out.get(LLVMMemoryBufferRef.class, 0);
            byte[] code = new byte[Math.toIntExact(LLVMGetBufferSize(buffer))];
            LLVMGetBufferStart(buffer).get(code);
            LLVMDisposeMemoryBuffer(buffer);
            return code;
        }
    }
}
