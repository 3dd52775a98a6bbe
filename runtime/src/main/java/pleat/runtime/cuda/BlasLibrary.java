package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.DeviceException;

/** cuBLASLt, NVIDIA's library of products of matrices. It is looked for when somebody asks for its products. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
final class BlasLibrary {
    private static final List<String> NAMES = List.of("libcublasLt.so.13", "libcublasLt.so.12");
    private static final int SUCCESS = 0;
    private static final int NOT_SUPPORTED = 15;

    private final StatusFunctions<BlasFunction> functions;
    private final MethodHandle statusString;

    /** @param symbols the library */
    BlasLibrary(SymbolLookup symbols) {
        functions = new StatusFunctions<>(BlasFunction.class, name -> found(symbols, name));
        statusString = Linker.nativeLinker().downcallHandle(found(symbols, "cublasLtGetStatusString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    private static MemorySegment found(SymbolLookup symbols, String name) {
        return symbols.find(name).orElseThrow(() -> new DeviceException("the cuBLASLt of this machine has no `%s`: it is too old for Pleat\n".formatted(name)
                + "  = help: that of CUDA 12 or 13 has it"));
    }

    /** The library of this machine. */
    static BlasLibrary load() {
        var symbols = NAMES.stream().map(BlasLibrary::opened).flatMap(Optional::stream).findFirst();
        return new BlasLibrary(symbols.orElseThrow(() -> new DeviceException("there is no cuBLASLt on this machine, whose products --blas asks for: none of "
                + String.join(", ", NAMES) + "\n  = help: it comes with the CUDA toolkit and with PyTorch, whose folder (nvidia/*/lib) may stand in LD_LIBRARY_PATH;"
                + " --blas off does without")));
    }

    private static Optional<SymbolLookup> opened(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Calls a function, and explains why it failed if it does. */
    void call(BlasFunction function, Object... arguments) {
        int status = functions.status(function, arguments);
        if (status != SUCCESS) {
            throw failure(function, status);
        }
    }

    /** Whether the library does what is asked; other errors are thrown. */
    boolean isSupported(BlasFunction function, Object... arguments) {
        int status = functions.status(function, arguments);
        if (status != SUCCESS && status != NOT_SUPPORTED) {
            throw failure(function, status);
        }
        return status == SUCCESS;
    }

    private DeviceException failure(BlasFunction function, int status) {
        return new DeviceException("cuBLASLt failed: %s gives status %d, %s".formatted(function.symbol(), status, text(status)));
    }

    private String text(int status) {
        try {
            return ((MemorySegment) statusString.invokeExact(status)).reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable failure) {
            throw new IllegalStateException("cublasLtGetStatusString could not be called", failure);
        }
    }
}
