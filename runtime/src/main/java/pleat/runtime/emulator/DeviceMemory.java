package pleat.runtime.emulator;

import java.util.TreeMap;

/** Memory of a device. Pages come into being when they are written, so an allocation may be far larger than this machine's memory. */
final class DeviceMemory {
    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final long FIRST = 0x10_0000_0000L;
    private static final long ALIGNMENT = 256;

    private final TreeMap<Long, Allocation> allocations = new TreeMap<>();
    private Allocation latest = new Allocation(0, 0);
    private long next = FIRST;

    private record Allocation(long base, long bytes, byte[][] pages) {
        Allocation(long base, long bytes) {
            this(base, bytes, new byte[Math.toIntExact((bytes + PAGE - 1) >> PAGE_BITS)][]);
        }

        boolean holds(long address, long count) {
            return address >= base && address - base <= bytes - count;
        }

        byte[] page(long offset) {
            int number = (int) (offset >> PAGE_BITS);
            if (pages[number] == null) {
                pages[number] = new byte[PAGE];
            }
            return pages[number];
        }
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
        latest = new Allocation(0, 0);
    }

    boolean holds(long address, long bytes) {
        if (latest.holds(address, bytes)) {
            return true;
        }
        var below = allocations.floorEntry(address);
        if (below == null || !below.getValue().holds(address, bytes)) {
            return false;
        }
        latest = below.getValue();
        return true;
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

    /** Reads 1, 2, 4 or 8 aligned bytes, extended by zeros. */
    long load(long address, int bytes) {
        require(address, bytes);
        long offset = address - latest.base;
        return Bytes.load(latest.page(offset), (int) offset & PAGE - 1, bytes);
    }

    void store(long address, int bytes, long bits) {
        require(address, bytes);
        long offset = address - latest.base;
        Bytes.store(latest.page(offset), (int) offset & PAGE - 1, bytes, bits);
    }

    private void require(long address, long bytes) {
        if (!holds(address, bytes)) {
            throw new IllegalArgumentException(describe(address));
        }
    }
}
