package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A library of cuBLASLt's functions, in C, which compute on memory of the host and refuse what the header forbids. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
record BlasStub(SymbolLookup symbols) {

    /** Nothing, and a line that says so, where there is no C compiler. */
    static Optional<BlasStub> in(Path folder, Arena arena) throws IOException, InterruptedException {
        boolean hasCompiler = Stream.of(System.getenv("PATH").split(":")).anyMatch(bin -> Files.isExecutable(Path.of(bin, "cc")));
        if (!hasCompiler) {
            System.out.println("skipped: no C compiler on this machine");
            return Optional.empty();
        }
        try (var in = BlasStub.class.getResourceAsStream("blas_stub.c")) {
            Files.copy(in, folder.resolve("blas_stub.c"));
        }
        var library = folder.resolve("blas_stub.so");
        var process = new ProcessBuilder("cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library.toString(),
                folder.resolve("blas_stub.c").toString()).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError(said);
        }
        return Optional.of(new BlasStub(SymbolLookup.libraryLookup(library, arena)));
    }

    private int number(String function) {
        try {
            return (int) Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(JAVA_INT)).invokeExact();
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The line of its source that found something forbidden; 0: none. */
    int failedLine() {
        return number("stub_failed_line");
    }

    /** Handles and descriptors that were made and not destroyed. */
    int openThings() {
        return number("stub_open_things");
    }

    int multiplied() {
        return number("stub_multiplied");
    }

    /** Lets it have no algorithm for anything. */
    void refuse() {
        try {
            Linker.nativeLinker().downcallHandle(symbols.findOrThrow("stub_refuses"), FunctionDescriptor.ofVoid(JAVA_INT)).invokeExact(1);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }
}
