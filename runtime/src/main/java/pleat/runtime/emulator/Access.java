package pleat.runtime.emulator;

import pleat.runtime.emulator.Finding.Kind;

/** Checks and counts of loads and stores. Those of many lanes are checked together, and lane by lane only to say which one is at fault. */
final class Access {
    private Access() {}

    /** Warps may change a word atomically without a barrier between them, so a shared one is only checked for its place. */
    enum Use { READ, WRITE, ATOMIC }

    /**
     * Reports an access that must not be, and notes and counts one that may.
     *
     * @param lanes whose addresses stand in {@link Warp#addresses}
     * @param bytes that each of them moves
     */
    static void check(Warp warp, int lanes, Space space, int bytes, Use use) {
        aligned(warp, lanes, space, bytes);
        switch (space) {
            case SHARED -> {
                SharedMemory shared = warp.block.shared();
                within(warp, lanes, space, bytes, shared.size());
                switch (use) {
                    case READ -> shared.checkReads(warp, lanes, bytes);
                    case WRITE -> shared.checkWrites(warp, lanes, bytes);
                    case ATOMIC -> { }
                }
                warp.block.counters().shared(warp.at, warp.addresses, Integer.bitCount(lanes), bytes);
            }
            case LOCAL -> within(warp, lanes, space, bytes, warp.block.program().memory().localBytes());
            case PARAM -> within(warp, lanes, space, bytes, warp.block.launch().parameters().length);
            case GLOBAL, GENERIC -> {
                global(warp, lanes, bytes);
                if (use != Use.ATOMIC) {
                    warp.block.machine().races().check(warp, lanes, bytes, use == Use.WRITE);
                }
                warp.block.counters().global(warp.at, warp.addresses, Integer.bitCount(lanes), bytes);
            }
        }
    }

    private static void aligned(Warp warp, int lanes, Space space, int bytes) {
        long any = 0;
        int count = Integer.bitCount(lanes);
        for (int i = 0; i < count; i++) {
            any |= warp.addresses[i];
        }
        if ((any & bytes - 1) == 0) {
            return;
        }
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            aligned(warp, Lanes.first(rest), space, warp.addresses[i], bytes);
        }
    }

    static void aligned(Warp warp, int lane, Space space, long at, int bytes) {
        if ((at & bytes - 1) != 0) {
            throw warp.fault(Kind.MISALIGNED, lane, "0x" + Long.toHexString(at) + " is not a multiple of " + bytes + " in " + space + " memory");
        }
    }

    /** All within one allocation, or else each within one. */
    private static void global(Warp warp, int lanes, int bytes) {
        if (warp.block.global().holds(lowest(warp, lanes), highest(warp, lanes), bytes)) {
            return;
        }
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            global(warp, Lanes.first(rest), warp.addresses[i], bytes);
        }
    }

    static void global(Warp warp, int lane, long address, int bytes) {
        GlobalView global = warp.block.global();
        if (!global.holds(address, bytes)) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes of global memory: " + global.describe(address));
        }
    }

    private static void within(Warp warp, int lanes, Space space, int bytes, int size) {
        if (lowest(warp, lanes) >= Space.FIRST && highest(warp, lanes) + bytes <= Space.FIRST + size) {
            return;
        }
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            within(warp, Lanes.first(rest), space, warp.addresses[i], bytes, size);
        }
    }

    /** The place of an address in a memory of so many bytes. */
    static int within(Warp warp, int lane, Space space, long address, int bytes, int size) {
        long offset = address - Space.FIRST;
        if (offset < 0 || offset + bytes > size) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes at " + offset + " of " + size + " bytes of " + space + " memory");
        }
        return (int) offset;
    }

    static long lowest(Warp warp, int lanes) {
        long lowest = Long.MAX_VALUE;
        int count = Integer.bitCount(lanes);
        for (int i = 0; i < count; i++) {
            lowest = Math.min(lowest, warp.addresses[i]);
        }
        return lowest;
    }

    static long highest(Warp warp, int lanes) {
        long highest = Long.MIN_VALUE;
        int count = Integer.bitCount(lanes);
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, warp.addresses[i]);
        }
        return highest;
    }

    static long load(Warp warp, int lane, Space space, long at, int bytes) {
        int offset = (int) (at - Space.FIRST);
        return switch (space) {
            case SHARED -> Bytes.load(warp.block.shared().bytes(), offset, bytes);
            case LOCAL -> Bytes.load(warp.local[lane], offset, bytes);
            case PARAM -> Bytes.load(warp.block.launch().parameters(), offset, bytes);
            case GLOBAL, GENERIC -> warp.block.global().load(at, bytes);
        };
    }

    static void store(Warp warp, int lane, Space space, long at, int bytes, long bits) {
        int offset = (int) (at - Space.FIRST);
        switch (space) {
            case SHARED -> Bytes.store(warp.block.shared().bytes(), offset, bytes, bits);
            case LOCAL -> Bytes.store(warp.local[lane], offset, bytes, bits);
            case PARAM -> throw warp.fault(Kind.OUT_OF_BOUNDS, lane, "parameters cannot be written");
            case GLOBAL, GENERIC -> warp.block.global().store(at, bytes, bits);
        }
    }
}
