package pleat.runtime.emulator;

/** The device's memory as one worker sees it: it remembers where it was last, which is where it mostly is next. Not for several threads. */
final class GlobalView {
    /** Stands for no page. */
    static final byte[] NONE = {};

    private final DeviceMemory memory;
    private DeviceMemory.Allocation latest = DeviceMemory.Allocation.NOWHERE;
    private long start;

    GlobalView(DeviceMemory memory) {
        this.memory = memory;
    }

    boolean holds(long address, long bytes) {
        if (latest.holds(address, bytes)) {
            return true;
        }
        DeviceMemory.Allocation found = memory.at(address);
        if (!found.holds(address, bytes)) {
            return false;
        }
        latest = found;
        return true;
    }

    /** Whether one allocation has all from the lowest address to the {@code bytes} at the highest. */
    boolean holds(long lowest, long highest, int bytes) {
        return holds(lowest, highest - lowest + bytes);
    }

    String describe(long address) {
        return memory.describe(address);
    }

    /** The page that has all from one address to before another one, or none; {@link #start} is where it starts. */
    byte[] page(long from, long to) {
        if (!holds(from, to - from)) {
            return NONE;
        }
        long offset = from - latest.base();
        start = from - DeviceMemory.inPage(offset);
        return DeviceMemory.inPage(offset) + (to - from) <= DeviceMemory.PAGE ? latest.page(offset) : NONE;
    }

    long start() {
        return start;
    }

    /** Reads 1, 2, 4 or 8 aligned bytes, extended by zeros. */
    long load(long address, int bytes) {
        require(address, bytes);
        long offset = address - latest.base();
        return Bytes.load(latest.page(offset), DeviceMemory.inPage(offset), bytes);
    }

    void store(long address, int bytes, long bits) {
        require(address, bytes);
        long offset = address - latest.base();
        Bytes.store(latest.page(offset), DeviceMemory.inPage(offset), bytes, bits);
    }

    private void require(long address, long bytes) {
        if (!holds(address, bytes)) {
            throw new IllegalArgumentException(describe(address));
        }
    }
}
