package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** The functions of a native library that return a number that says how it went, ready to be called. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
final class StatusFunctions<F extends Enum<F> & StatusFunctions.Declared> {
    private final Map<F, MethodHandle> handles;

    /** A function, as the header of its library declares it. */
    interface Declared {
        Declaration declaration();

        default String symbol() {
            return declaration().symbol();
        }

        default FunctionDescriptor descriptor() {
            return declaration().descriptor();
        }
    }

    record Declaration(String symbol, FunctionDescriptor descriptor) {
        static Declaration of(String symbol, MemoryLayout... arguments) {
            return new Declaration(symbol, FunctionDescriptor.of(JAVA_INT, arguments));
        }
    }

    /** @param addresses where the library has a symbol; throws if it has none */
    StatusFunctions(Class<F> functions, Function<String, MemorySegment> addresses) {
        handles = new EnumMap<>(functions);
        for (F function : functions.getEnumConstants()) {
            var handle = Linker.nativeLinker().downcallHandle(addresses.apply(function.symbol()), function.descriptor());
            handles.put(function, handle.asSpreader(Object[].class, function.descriptor().argumentLayouts().size()));
        }
    }

    /** The number that a function returns. */
    int status(F function, Object... arguments) {
        try {
            return (int) handles.get(function).invokeExact(arguments);
        } catch (Throwable failure) {
            throw new IllegalStateException(function.symbol() + " could not be called", failure);
        }
    }
}
