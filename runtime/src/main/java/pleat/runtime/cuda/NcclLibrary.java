package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import pleat.ir.diagnostic.DeviceException;

/** NVIDIA's library of collectives. It is looked for when several processes with a GPU each are to exchange something. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
final class NcclLibrary {
    static final String NAME = "libnccl.so.2";
    /** Of what members of a communicator know each other by. */
    static final int IDENTITY_BYTES = 128;
    private static final int SUCCESS = 0;

    private final StatusFunctions<NcclFunction> functions;
    private final MethodHandle errorString;

    /** @param symbols the library */
    NcclLibrary(SymbolLookup symbols) {
        functions = new StatusFunctions<>(NcclFunction.class, name -> found(symbols, name));
        errorString = Linker.nativeLinker().downcallHandle(found(symbols, "ncclGetErrorString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    private static MemorySegment found(SymbolLookup symbols, String name) {
        return symbols.find(name).orElseThrow(() -> new DeviceException("the NCCL of this machine has no `%s`: it is too old for Pleat\n".formatted(name)
                + "  = help: version 2.12 or later has it"));
    }

    /** The library of this machine. */
    static NcclLibrary load() {
        try {
            return new NcclLibrary(SymbolLookup.libraryLookup(NAME, Arena.global()));
        } catch (IllegalArgumentException absent) {
            throw new DeviceException("there is no NCCL on this machine, with which GPUs of several processes exchange: no " + NAME
                    + "\n  = help: `apt install libnccl2`, or the folder of PyTorch's (nvidia/nccl/lib) in LD_LIBRARY_PATH", absent);
        }
    }

    /** What the members of a new communicator are to know each other by. */
    byte[] identity() {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(IDENTITY_BYTES);
            call(NcclFunction.GET_UNIQUE_ID, out);
            return out.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Calls a function, and explains why it failed if it does. */
    void call(NcclFunction function, Object... arguments) {
        int error = error(function, arguments);
        if (error != SUCCESS) {
            throw new DeviceException("GPUs could not exchange: %s gives error %d, %s".formatted(function.symbol(), error, text(error)));
        }
    }

    /** The number that a function returns. */
    int error(NcclFunction function, Object... arguments) {
        return functions.status(function, arguments);
    }

    String text(int error) {
        try {
            return ((MemorySegment) errorString.invokeExact(error)).reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable failure) {
            throw new IllegalStateException("ncclGetErrorString could not be called", failure);
        }
    }
}
