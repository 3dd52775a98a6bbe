package pleat.runtime.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import pleat.ir.diagnostic.UserException;

/**
 * The compiled kernels of a plan. A kernel is {@code void (ptr buffers, i64 begin, i64 end, ptr scratch)}: it runs tile programs
 * {@code begin} to {@code end - 1} on the buffers whose addresses stand at {@code buffers}.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class KernelLibrary {
    private static final FunctionDescriptor SIGNATURE = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(SIGNATURE);

    private final SymbolLookup symbols;
    private final Path file;

    KernelLibrary(Path sharedObject, Arena arena) {
        file = sharedObject;
        try {
            symbols = SymbolLookup.libraryLookup(sharedObject, arena);
        } catch (IllegalArgumentException e) {
            throw new UserException("kernels `" + sharedObject + "` cannot be loaded on this machine", e);
        }
    }

    MemorySegment kernel(String name) {
        return symbols.find("pleat_kernel_" + name)
                .orElseThrow(() -> new UserException("kernels `" + file + "` have no kernel `" + name + "`"));
    }

    static void call(MemorySegment kernel, MemorySegment buffers, long begin, long end, MemorySegment scratch) {
        try {
            CALL.invokeExact(kernel, buffers, begin, end, scratch);
        } catch (Throwable e) {
            throw new IllegalStateException("a downcall threw", e);
        }
    }
}
