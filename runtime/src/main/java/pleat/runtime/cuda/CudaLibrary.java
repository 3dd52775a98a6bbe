package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import pleat.ir.diagnostic.DeviceException;

/** NVIDIA's driver library. Nothing of it is needed to build Pleat or to run it without a GPU: it is looked for when somebody wants one. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
final class CudaLibrary {
    private static final String NAME = "libcuda.so.1";
    private static final int SUCCESS = 0;
    private static final int OUT_OF_MEMORY = 2;

    private final StatusFunctions<CudaFunction> functions;

    /** @param symbols the library */
    CudaLibrary(SymbolLookup symbols) {
        functions = new StatusFunctions<>(CudaFunction.class, name -> symbols.find(name).orElseThrow(() -> new DeviceException(
                "the NVIDIA driver has no `%s`: it is too old for Pleat\n".formatted(name) + "  = help: a driver for CUDA 12 or later has it")));
    }

    /** The library of this machine, started. */
    static CudaLibrary load() {
        try {
            // It stays loaded: it registers handlers at exit, and unloading it under them ends the process.
            var library = new CudaLibrary(SymbolLookup.libraryLookup(NAME, Arena.global()));
            library.call(CudaFunction.INIT, 0);
            return library;
        } catch (IllegalArgumentException absent) {
            throw new DeviceException("there is no NVIDIA driver on this machine: no " + NAME
                    + "\n  = help: it comes with the driver of the GPU; `pleat doctor` says what is there; without a GPU the emulator runs the same code", absent);
        }
    }

    /** Calls a function, and explains why it failed if it does. */
    void call(CudaFunction function, Object... arguments) {
        int error = error(function, arguments);
        if (error != SUCCESS) {
            throw failure(function, error);
        }
    }

    /** Whether there was enough memory; other errors are thrown. */
    boolean isGiven(CudaFunction function, Object... arguments) {
        int error = error(function, arguments);
        if (error != SUCCESS && error != OUT_OF_MEMORY) {
            throw failure(function, error);
        }
        return error == SUCCESS;
    }

    /** The number that a function returns. */
    int error(CudaFunction function, Object... arguments) {
        return functions.status(function, arguments);
    }

    DeviceException failure(CudaFunction function, int error) {
        return new DeviceException("the GPU failed: %s gives error %d, %s".formatted(function.symbol(), error, text(error)));
    }

    private String text(int error) {
        try (var arena = Arena.ofConfined()) {
            return string(CudaFunction.GET_ERROR_NAME, error, arena) + ": " + string(CudaFunction.GET_ERROR_STRING, error, arena);
        }
    }

    private String string(CudaFunction function, int error, Arena arena) {
        var out = arena.allocate(ADDRESS);
        return error(function, error, out) == SUCCESS ? out.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0) : "which it does not explain";
    }
}
