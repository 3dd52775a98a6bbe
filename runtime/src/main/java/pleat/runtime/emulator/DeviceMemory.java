package pleat.runtime.emulator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentSkipListMap;

/** Memory of a device. Pages come into being when they are written, so an allocation may be far larger than this machine's memory. */
final class DeviceMemory {
    private static final int PAGE_BITS = 16;
    static final int PAGE = 1 << PAGE_BITS;
    private static final long FIRST = 0x10_0000_0000L;
    private static final long ALIGNMENT = 256;

    private final ConcurrentSkipListMap<Long, Allocation> allocations = new ConcurrentSkipListMap<>();
    private long next = FIRST;

    /** Memory that was asked for in one go. */
    record Allocation(long base, long bytes, byte[][] pages) {
        static final Allocation NOWHERE = new Allocation(0, 0);

        Allocation(long base, long bytes) {
            this(base, bytes, new byte[Math.toIntExact((bytes + PAGE - 1) >> PAGE_BITS)][]);
        }

        boolean holds(long address, long count) {
            return address >= base && address - base <= bytes - count;
        }

        byte[] page(long offset) {
            byte[] page = pages[(int) (offset >> PAGE_BITS)];
            return page != null ? page : fresh((int) (offset >> PAGE_BITS));
        }

        /** Workers that come to a new page at the same time must get the same one. */
        private byte[] fresh(int number) {
            synchronized (pages) {
                if (pages[number] == null) {
                    pages[number] = new byte[PAGE];
                }
                return pages[number];
            }
        }
    }

    static int inPage(long offset) {
        return (int) offset & PAGE - 1;
    }

    long allocate(long bytes) {
        long base = next;
        // A whole page between neighbours: what runs past an end meets nothing.
        next += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + PAGE;
        allocations.put(base, new Allocation(base, bytes));
        return base;
    }

    void free(long address) {
        if (allocations.remove(address) == null) {
            throw new IllegalArgumentException("nothing was allocated at 0x" + Long.toHexString(address));
        }
    }

    /** The allocation that an address lies in, or an empty one. */
    Allocation at(long address) {
        var below = allocations.floorEntry(address);
        return below == null ? Allocation.NOWHERE : below.getValue();
    }

    /** Where an address lies that no allocation holds, in words. */
    String describe(long address) {
        var below = allocations.floorEntry(address);
        String at = "0x" + Long.toHexString(address);
        if (below == null) {
            return at + " lies before all allocations";
        }
        Allocation nearest = below.getValue();
        return at + " is " + (address - nearest.base) + " bytes into an allocation of " + nearest.bytes + " bytes at 0x"
                + Long.toHexString(nearest.base);
    }

    private interface Stretch {
        void at(byte[] page, int inPage, long done, int bytes);
    }

    /** Goes through a range page by page. */
    private void walk(long address, long bytes, Stretch stretch) {
        Allocation allocation = at(address);
        if (!allocation.holds(address, bytes)) {
            throw new IllegalArgumentException(bytes + " bytes: " + describe(address));
        }
        long offset = address - allocation.base;
        for (long done = 0; done < bytes;) {
            int inPage = inPage(offset + done);
            int count = (int) Math.min(PAGE - inPage, bytes - done);
            stretch.at(allocation.page(offset + done), inPage, done, count);
            done += count;
        }
    }

    void write(long address, MemorySegment source) {
        walk(address, source.byteSize(), (page, at, done, bytes) -> MemorySegment.copy(source, done, MemorySegment.ofArray(page), at, bytes));
    }

    void read(MemorySegment target, long address) {
        walk(address, target.byteSize(), (page, at, done, bytes) -> MemorySegment.copy(MemorySegment.ofArray(page), at, target, done, bytes));
    }

    /** Also where both overlap. */
    void copy(long target, long source, long bytes) {
        byte[] between = new byte[Math.toIntExact(bytes)];
        read(MemorySegment.ofArray(between), source);
        write(target, MemorySegment.ofArray(between));
    }

    void fill(long address, byte value, long bytes) {
        walk(address, bytes, (page, at, _, count) -> Arrays.fill(page, at, at + count, value));
    }
}
