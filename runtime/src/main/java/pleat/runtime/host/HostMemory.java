package pleat.runtime.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import pleat.ir.diagnostic.UserException;

/**
 * Memory straight from the operating system. The memory of an {@link Arena} counts against a limit of the Java heap, and is written by one
 * thread before anybody can ask for large pages; a plan of many gigabytes needs neither.
 */
@SuppressWarnings("restricted") // the system's own calls are what this class is for
public final class HostMemory {
    private static final long LARGE_PAGE = 2L << 20;
    private static final long PAGE = 4096;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int LARGE_PAGES = 14;
    private static final int POPULATE_WRITE = 23;

    private HostMemory() {}

    /** Zeroed memory that lives as long as {@code owner}; {@code what} names it in the message if there is not enough. */
    public static MemorySegment allocate(long bytes, String what, Arena owner) {
        boolean isLinux = System.getProperty("os.name").equals("Linux");
        return isLinux && bytes >= LARGE_PAGE ? Mapping.of(bytes, what, owner) : owner.allocate(Math.max(1, bytes), PAGE).asSlice(0, bytes);
    }

    /** Linux's calls, looked up when the first mapping is made. */
    private static final class Mapping {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;
        private static final MethodHandle MMAP = handle("mmap", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, SIZE,
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, SIZE));
        private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, SIZE));
        private static final MethodHandle MADVISE = handle("madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, SIZE,
                ValueLayout.JAVA_INT));

        private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
            return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), descriptor);
        }

        static MemorySegment of(long bytes, String what, Arena owner) {
            long free = FreeMemory.bytes().orElse(Long.MAX_VALUE);
            if (bytes > free) {
                throw tooMuch(bytes, what, "and " + free + " are free");
            }
            long length = Math.ceilDiv(bytes, PAGE) * PAGE;
            long start = map(length + LARGE_PAGE, bytes, what);
            // Large pages start at multiples of their size: what is mapped before and behind goes back.
            long aligned = Math.ceilDiv(start, LARGE_PAGE) * LARGE_PAGE;
            unmap(start, aligned - start);
            unmap(aligned + length, start + LARGE_PAGE - aligned);
            advise(aligned, length, LARGE_PAGES);
            // Now, and not in the first run, whose time is measured.
            advise(aligned, length, POPULATE_WRITE);
            return MemorySegment.ofAddress(aligned).reinterpret(bytes, owner, segment -> unmap(segment.address(), length));
        }

        private static long map(long length, long bytes, String what) {
            try {
                var mapped = (MemorySegment) MMAP.invokeExact(MemorySegment.NULL, length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
                if (mapped.address() == -1) {
                    throw tooMuch(bytes, what, "and the system does not give that much");
                }
                return mapped.address();
            } catch (RuntimeException failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new IllegalStateException("a downcall threw", failure);
            }
        }

        private static UserException tooMuch(long bytes, String what, String why) {
            return new UserException("%s needs %d bytes of memory, %s".formatted(what, bytes, why));
        }

        private static void unmap(long start, long length) {
            if (length > 0) {
                call(() -> (int) MUNMAP.invokeExact(MemorySegment.ofAddress(start), length));
            }
        }

        /** Advice: a system that knows better does not take it, and all goes on. */
        private static void advise(long start, long length, int advice) {
            call(() -> (int) MADVISE.invokeExact(MemorySegment.ofAddress(start), length, advice));
        }

        private interface Call {
            int run() throws Throwable;
        }

        private static void call(Call call) {
            try {
                call.run();
            } catch (Throwable failure) {
                throw new IllegalStateException("a downcall threw", failure);
            }
        }
    }
}
