package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.codegen.HostTarget;

class LlvmCompilerTest {
    private static final String GOOD = """
            define i64 @twice(i64 %x) {
              %y = add i64 %x, %x
              ret i64 %y
            }
            """;

    private final LlvmCompiler compiler = new LlvmCompiler();

    /** Each failure below must leave the process able to compile and run. */
    @AfterEach
    void theNextModuleStillRuns() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            var twice = NativeCode.of(GOOD, arena).function("twice", ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
            assertEquals(42L, (long) twice.invokeExact(21L));
        }
    }

    @Test
    void aParseErrorNamesItsLineAndShowsIt() {
        String message = refusal("define float @f() {\n  %x = fadd float 1.0, %y\n  ret float %x\n}\n");
        assertTrue(message.contains("2:24") && message.contains("'%y'") && message.contains("%x = fadd float 1.0, %y"), message);
    }

    @Test
    void theVerifierShowsTheInstruction() {
        String message = refusal("""
                define void @f() {
                  br label %first
                first:
                  %x = add i32 %y, 1
                  br label %second
                second:
                  %y = add i32 %x, 1
                  br label %first
                }
                """);
        assertTrue(message.contains("does not dominate") && message.contains("%y = add i32 %x, 1"), message);
    }

    @Test
    void anInstructionThatCannotBeSelectedDoesNotEndTheProcess() {
        String message = refusal("""
                declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
                define i32 @f() {
                  %x = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
                  ret i32 %x
                }
                """);
        assertTrue(message.contains("Cannot select"), message);
    }

    @Test
    void aDiagnosticOfTheBackEndIsAFailure() {
        String exponential = """
                declare float @llvm.exp.f32(float)
                define float @f(float %a) {
                  %x = call float @llvm.exp.f32(float %a)
                  ret float %x
                }
                """;
        var gpu = HostTarget.named("nvptx64-nvidia-cuda", "sm_80", 16);
        var e = assertThrows(LlvmException.class, () -> compiler.assembly(exponential, gpu, OptLevel.O2));
        assertTrue(e.getMessage().contains("no libcall available"), e.getMessage());
    }

    @Test
    void aCallOfAFunctionThatNobodyDefinesIsRefusedByTheLinker(@TempDir Path folder) throws IOException {
        byte[] object = compiler.compileObject("""
                declare float @expf(float)
                define float @f(float %a) {
                  %x = call float @expf(float %a)
                  ret float %x
                }
                """, NativeCode.HOST, OptLevel.O2);
        var e = assertThrows(LlvmException.class, () -> compiler.link(List.of(object), folder.resolve("k.so")));
        assertTrue(e.getMessage().endsWith(": expf"), e.getMessage());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aBackEndThatDoesNotExistIsNamed() {
        var nowhere = HostTarget.named("pdp11-unknown-unix", "", 16);
        var e = assertThrows(LlvmException.class, () -> compiler.compileObject(GOOD, nowhere, OptLevel.O0));
        assertTrue(e.getMessage().contains("pdp11-unknown-unix"), e.getMessage());
    }

    @Test
    void theWholeVectorIsUsedWhereTheCpuPrefersHalf() {
        String loop = """
                define void @f(ptr noalias %p, ptr noalias %q) {
                entry:
                  br label %loop
                loop:
                  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
                  %a = getelementptr float, ptr %p, i64 %i
                  %v = load float, ptr %a
                  %w = fmul float %v, 3.0
                  %b = getelementptr float, ptr %q, i64 %i
                  store float %w, ptr %b
                  %next = add i64 %i, 1
                  %done = icmp eq i64 %next, 4096
                  br i1 %done, label %end, label %loop
                end:
                  ret void
                }
                """;
        String wide = compiler.assembly(loop, HostTarget.named("x86_64-unknown-linux-gnu", "sapphirerapids", 64), OptLevel.O3);
        assertTrue(wide.contains("%zmm"), wide);
        String half = compiler.assembly(loop, HostTarget.named("x86_64-unknown-linux-gnu", "sapphirerapids", 32), OptLevel.O3);
        assertTrue(half.contains("%ymm") && !half.contains("%zmm"), half);
    }

    @Test
    void modulesCompiledTogetherEqualModulesCompiledAlone() {
        List<String> modules = IntStream.range(0, 12).mapToObj(i -> GOOD.replace("twice", "twice" + i)).toList();
        List<byte[]> together = compiler.compileObjects(modules, NativeCode.HOST, OptLevel.O2, 3);
        for (int i = 0; i < modules.size(); i++) {
            assertArrayEquals(compiler.compileObject(modules.get(i), NativeCode.HOST, OptLevel.O2), together.get(i));
        }
    }

    private String refusal(String irText) {
        return assertThrows(LlvmException.class, () -> compiler.compileObject(irText, NativeCode.HOST, OptLevel.O2)).getMessage();
    }
}
