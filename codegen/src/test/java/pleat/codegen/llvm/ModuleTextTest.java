package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleTextTest {
    private static final String PARAMETERS = "ptr %source, i64 %sourceRow, ptr %target, i64 %targetRow, i64 %rows, i64 %columns";

    @Test
    @SuppressWarnings("restricted") // running the linked code is what is tested
    void modulesShareTheFunctionsOfTheirLibrary(@TempDir Path folder) throws Throwable {
        var compiler = new LlvmCompiler();
        var library = ModuleText.library();
        assertTrue(library.isEmpty());
        List<ModuleText> modules = List.of(kernel(library, "@first"), kernel(library, "@second"));
        assertEquals(1, library.text().split("define hidden void @pleat.transpose", -1).length - 1, library.text());
        var texts = List.of(modules.get(0).text(), modules.get(1).text(), library.text());
        Path file = folder.resolve("kernels.so");
        compiler.link(compiler.compileObjects(texts, NativeCode.HOST, OptLevel.EXPLICIT, 2), file);
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup symbols = SymbolLookup.libraryLookup(file, arena);
            assertTrue(symbols.find("pleat.transpose.8.f32").isEmpty(), "what modules share is not seen from outside");
            for (String name : List.of("first", "second")) {
                var kernel = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
                MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
                MemorySegment target = arena.allocate(16);
                kernel.invokeExact(source, 2L, target, 2L, 2L, 2L);
                assertEquals(3, target.getAtIndex(ValueLayout.JAVA_FLOAT, 1));
            }
        }
    }

    @Test
    void knownNumbersAreComputedWhileWriting() {
        var f = new FunctionText("define void @f(i64 %x)");
        assertEquals("12", f.times("3", 4));
        assertEquals("%x", f.times("%x", 1));
        assertEquals("0", f.times("%x", 0));
        assertEquals("%x", f.plus("0", "%x"));
        assertEquals("7", f.plus("3", 4));
        assertEquals("%p", f.past("%p", "0"));
        f.times("%x", 3);
        assertEquals("define void @f(i64 %x) {\n  %v0 = mul i64 %x, 3\n}\n", f.close());
    }

    private static ModuleText kernel(ModuleText library, String name) {
        var module = new ModuleText(library);
        String transpose = new TransposeKernel(8, Storage.F32, TransposeKernel.Writing.EXACT).in(module);
        module.define(name, () -> "define void %s(%s) {\n  call void %s(%s)\n  ret void\n}\n".formatted(name, PARAMETERS,
                transpose, PARAMETERS));
        return module;
    }
}
