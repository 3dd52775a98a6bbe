package pleat.runtime.emulator;

import pleat.runtime.emulator.Finding.Kind;

/** Loads and stores with their checks. */
final class Access {
    private Access() {}

    /** Reports an access of {@code bytes} that must not be, and notes one that may. */
    static void check(Warp warp, int lane, Space named, long address, int bytes, boolean writes) {
        Space space = named.of(address);
        long at = named.plain(address);
        aligned(warp, lane, space, at, bytes);
        switch (space) {
            case SHARED -> {
                SharedMemory shared = warp.block.shared();
                int offset = within(warp, lane, space, at, bytes, shared.size());
                if (writes) {
                    shared.checkWrite(warp, lane, offset, bytes);
                } else {
                    shared.checkRead(warp, lane, offset, bytes);
                }
            }
            case LOCAL -> within(warp, lane, space, at, bytes, warp.local[lane].length);
            case PARAM -> within(warp, lane, space, at, bytes, warp.block.launch().parameters().length);
            case GLOBAL, GENERIC -> global(warp, lane, at, bytes);
        }
    }

    static void aligned(Warp warp, int lane, Space space, long at, int bytes) {
        if ((at & bytes - 1) != 0) {
            throw warp.fault(Kind.MISALIGNED, lane, "0x" + Long.toHexString(at) + " is not a multiple of " + bytes + " in " + space + " memory");
        }
    }

    static void global(Warp warp, int lane, long address, int bytes) {
        GlobalView global = warp.block.global();
        if (!global.holds(address, bytes)) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes of global memory: " + global.describe(address));
        }
    }

    static int within(Warp warp, int lane, Space space, long address, int bytes, int size) {
        long offset = address - Space.FIRST;
        if (offset < 0 || offset + bytes > size) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes at " + offset + " of " + size + " bytes of " + space + " memory");
        }
        return (int) offset;
    }

    static long load(Warp warp, int lane, Space named, long address, int bytes) {
        long at = named.plain(address);
        int offset = (int) (at - Space.FIRST);
        return switch (named.of(address)) {
            case SHARED -> warp.block.shared().load(offset, bytes);
            case LOCAL -> Bytes.load(warp.local[lane], offset, bytes);
            case PARAM -> Bytes.load(warp.block.launch().parameters(), offset, bytes);
            case GLOBAL, GENERIC -> warp.block.global().load(at, bytes);
        };
    }

    static void store(Warp warp, int lane, Space named, long address, int bytes, long bits) {
        long at = named.plain(address);
        int offset = (int) (at - Space.FIRST);
        switch (named.of(address)) {
            case SHARED -> warp.block.shared().store(offset, bytes, bits);
            case LOCAL -> Bytes.store(warp.local[lane], offset, bytes, bits);
            case PARAM -> throw warp.fault(Kind.OUT_OF_BOUNDS, lane, "parameters cannot be written");
            case GLOBAL, GENERIC -> warp.block.global().store(at, bytes, bits);
        }
    }

    /** Counts what an access moves; {@code lanes} are those that take part. */
    static void count(Warp warp, int lanes, Space named, Line.Address address, int bytes) {
        int count = 0;
        Space space = named;
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            long at = address.get(warp, Lanes.first(rest));
            space = named.of(at);
            warp.addresses[count++] = named.plain(at);
        }
        if (count == 0) {
            return;
        }
        if (space == Space.SHARED) {
            warp.block.counters().shared(warp.at, warp.addresses, count, bytes);
        } else if (space == Space.GLOBAL) {
            warp.block.counters().global(warp.at, warp.addresses, count, bytes);
        }
    }
}
