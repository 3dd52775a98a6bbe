package pleat.codegen.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import pleat.codegen.HostTarget;

/** A module compiled for this host and opened the way a runtime opens it: from a shared object, by java.lang.foreign. */
public record NativeCode(SymbolLookup symbols) {
    public static final HostTarget HOST = HostTarget.detect();

    @SuppressWarnings("restricted") // opening native code is what is tested
    public static NativeCode of(String irText, Arena arena) {
        var compiler = new LlvmCompiler();
        try {
            Path folder = Files.createTempDirectory("pleat-codegen-test");
            Path file = folder.resolve("k.so");
            compiler.link(List.of(compiler.compileObject(irText, HOST, OptLevel.EXPLICIT)), file);
            SymbolLookup symbols = SymbolLookup.libraryLookup(file, arena);
            Files.delete(file);
            Files.delete(folder); // fails if the linker left something behind
            return new NativeCode(symbols);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("restricted")
    public MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    @SuppressWarnings("restricted")
    public MethodHandle procedure(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
    }
}
