package pleat.runtime.emulator;

/** The device's memory as one worker sees it: it remembers where it was last, which is where it mostly is next. Not for several threads. */
final class GlobalView {
    private final DeviceMemory memory;
    private DeviceMemory.Allocation latest = DeviceMemory.Allocation.NOWHERE;

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

    String describe(long address) {
        return memory.describe(address);
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
