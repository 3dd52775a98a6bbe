package pleat.runtime.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.stream.Stream;

/** Calls a function by name: every one of MPI's takes ints and addresses and returns an error number. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
record MpiLibraryCall(SymbolLookup symbols) {

    int run(String function, Object... arguments) {
        var parameters = Stream.of(arguments).map(argument -> argument instanceof MemorySegment ? ADDRESS : JAVA_INT).toArray(MemoryLayout[]::new);
        var handle = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, parameters));
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new IllegalStateException(function + " could not be called", failure);
        }
    }
}
