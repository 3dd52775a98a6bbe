package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Parameters of a launch as one buffer; the driver copies them when it is asked to launch. */
final class LaunchBuffer {
    private static final int MOST_BYTES = 4096;
    /** Words of the list that says where the buffer is: its address follows the first, the address of its size the second, and the last ends the list. */
    private static final long BUFFER = 1;
    private static final long SIZE = 2;
    private static final long END = 0;

    private final MemorySegment bytes;
    private final MemorySegment size;
    private final MemorySegment list;

    LaunchBuffer(Arena memory) {
        bytes = memory.allocate(MOST_BYTES, 16);
        size = memory.allocate(JAVA_LONG);
        list = memory.allocate(ADDRESS, 5);
        list.setAtIndex(JAVA_LONG, 0, BUFFER);
        list.setAtIndex(ADDRESS, 1, bytes);
        list.setAtIndex(JAVA_LONG, 2, SIZE);
        list.setAtIndex(ADDRESS, 3, size);
        list.setAtIndex(JAVA_LONG, 4, END);
    }

    /** The list, for these parameters; the next ones take their place. */
    MemorySegment holding(byte[] parameters) {
        MemorySegment.copy(parameters, 0, bytes, JAVA_BYTE, 0, parameters.length);
        size.set(JAVA_LONG, 0, parameters.length);
        return list;
    }
}
