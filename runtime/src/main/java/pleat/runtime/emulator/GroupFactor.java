package pleat.runtime.emulator;

/**
 * A factor of a product of a warp group: numbers of 32 bytes of depth for each row.
 *
 * @param isTurned whether numbers of neighbouring rows lie side by side, and not those along the depth
 */
record GroupFactor(Descriptor place, boolean isTurned) {
    /** Bytes along the depth that a unit takes at once. */
    static final int DEPTH_BYTES = 32;
    /** Bytes that lie side by side wherever rows lie. */
    private static final int GROUP = 16;
    private static final int GROUPS = DEPTH_BYTES / GROUP;
    /** Of a number of a turned factor. */
    private static final int BYTES = 2;
    private static final int DEPTH = DEPTH_BYTES / BYTES;
    private static final int NEAR = GROUP / BYTES;
    /** Rows of which each lane reads a group. */
    private static final int ROWS = Row.LANES / GROUPS;

    /** Reads rows, each with its depth side by side. */
    void read(Warp warp, int first, int count, byte[] to, int at) {
        SharedMemory shared = warp.block.shared();
        for (int from = 0; from < count; from += ROWS) {
            int groups = name(warp, first + from, Math.min(count - from, ROWS));
            for (int i = 0; i < groups; i++) {
                Access.within(warp, i, Space.SHARED, warp.addresses[i], GROUP, shared.size());
            }
            int lanes = groups == Row.LANES ? -1 : (1 << groups) - 1;
            shared.checkReads(warp, lanes, GROUP);
            shared.proxies().check(warp, lanes, GROUP);
            for (int i = 0; i < groups; i++) {
                put(shared.bytes(), (int) (warp.addresses[i] - Space.FIRST), i, to, at + from * DEPTH_BYTES);
            }
        }
    }

    /** Puts places of groups into {@link Warp#addresses}, one lane for each; how many there are. */
    private int name(Warp warp, int first, int rows) {
        for (int i = 0; i < rows * GROUPS; i++) {
            warp.addresses[i] = Space.FIRST + (isTurned ? place.turned(i % DEPTH, first / NEAR + i / DEPTH) : place.upright(first + i / GROUPS, i % GROUPS));
        }
        return rows * GROUPS;
    }

    private void put(byte[] from, int begin, int i, byte[] to, int at) {
        if (!isTurned) {
            System.arraycopy(from, begin, to, at + i * GROUP, GROUP);
            return;
        }
        for (int near = 0; near < NEAR; near++) {
            int row = i / DEPTH * NEAR + near;
            System.arraycopy(from, begin + near * BYTES, to, at + row * DEPTH_BYTES + i % DEPTH * BYTES, BYTES);
        }
    }
}
