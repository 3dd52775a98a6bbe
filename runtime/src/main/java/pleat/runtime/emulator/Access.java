package pleat.runtime.emulator;

import pleat.runtime.emulator.Finding.Kind;

/** Loads and stores with their checks. */
final class Access {
    private Access() {}

    /** Which memory an address belongs to, and where it lies there. */
    private static String space(String named, long address) {
        if (!named.isEmpty()) {
            return named;
        }
        return address >= Spaces.PARAMETER_WINDOW ? "param" : address >= Spaces.LOCAL_WINDOW ? "local"
                : address >= Spaces.SHARED_WINDOW ? "shared" : "global";
    }

    private static long plain(String named, String space, long address) {
        return named.isEmpty() ? address - Spaces.window(space) : address;
    }

    /** Reports an access of {@code bytes} that must not be, and notes one that may. An empty space is the generic one. */
    static void check(Warp warp, int lane, String named, long address, int bytes, boolean writes) {
        String space = space(named, address);
        long at = plain(named, space, address);
        if ((at & bytes - 1) != 0) {
            throw warp.fault(Kind.MISALIGNED, lane, "0x" + Long.toHexString(at) + " is not a multiple of " + bytes + " in " + space
                    + " memory");
        }
        switch (space) {
            case "shared" -> {
                int offset = within(warp, lane, space, at, bytes, warp.block.machine().shared().size());
                if (writes) {
                    warp.block.machine().shared().checkWrite(warp, lane, offset, bytes);
                } else {
                    warp.block.machine().shared().checkRead(warp, lane, offset, bytes);
                }
            }
            case "local" -> within(warp, lane, space, at, bytes, warp.local[lane].length);
            case "param" -> within(warp, lane, space, at, bytes, warp.block.launch().parameters().length);
            default -> global(warp, lane, at, bytes);
        }
    }

    static void global(Warp warp, int lane, long address, int bytes) {
        if (!warp.block.machine().global().holds(address, bytes)) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes of global memory: "
                    + warp.block.machine().global().describe(address));
        }
    }

    static int within(Warp warp, int lane, String space, long address, int bytes, int size) {
        long offset = address - Spaces.FIRST;
        if (offset < 0 || offset + bytes > size) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, lane, bytes + " bytes at " + offset + " of " + size + " bytes of " + space + " memory");
        }
        return (int) offset;
    }

    static long load(Warp warp, int lane, String named, long address, int bytes) {
        String space = space(named, address);
        long at = plain(named, space, address);
        int offset = (int) (at - Spaces.FIRST);
        return switch (space) {
            case "shared" -> warp.block.machine().shared().load(offset, bytes);
            case "local" -> Bytes.load(warp.local[lane], offset, bytes);
            case "param" -> Bytes.load(warp.block.launch().parameters(), offset, bytes);
            default -> warp.block.machine().global().load(at, bytes);
        };
    }

    static void store(Warp warp, int lane, String named, long address, int bytes, long bits) {
        String space = space(named, address);
        long at = plain(named, space, address);
        int offset = (int) (at - Spaces.FIRST);
        switch (space) {
            case "shared" -> warp.block.machine().shared().store(offset, bytes, bits);
            case "local" -> Bytes.store(warp.local[lane], offset, bytes, bits);
            case "param" -> throw warp.fault(Kind.OUT_OF_BOUNDS, lane, "parameters cannot be written");
            default -> warp.block.machine().global().store(at, bytes, bits);
        }
    }

    /** Counts what an access moves; {@code lanes} are those that take part. */
    static void count(Warp warp, int lanes, String named, Line.Address address, int bytes) {
        int count = 0;
        String space = named;
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            long at = address.get(warp, Lanes.first(rest));
            space = space(named, at);
            warp.addresses[count++] = plain(named, space, at);
        }
        if (space.equals("shared")) {
            warp.block.machine().counters().shared(warp.at, warp.addresses, count, bytes);
        } else if (space.equals("global")) {
            warp.block.machine().counters().global(warp.at, warp.addresses, count, bytes);
        }
    }
}
