package pleat.runtime.emulator;

/** Moves numbers of many lanes between an array of bytes and a row of registers; their addresses stand in {@link Warp#addresses}. */
final class Transfer {
    private Transfer() {}

    /** @param base the address of the first byte of the array */
    static void load(Warp warp, int lanes, byte[] from, long base, Row row, Type type) {
        long[] at = warp.addresses;
        int d = row.base();
        int i = 0;
        if (!row.isWide() && type.bytes() == 4) {
            for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
                warp.narrow[d + Lanes.first(rest)] = Bytes.loadInt(from, (int) (at[i] - base));
            }
        } else if (row.isWide() && type.bytes() == 8) {
            for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
                warp.wide[d + Lanes.first(rest)] = Bytes.loadLong(from, (int) (at[i] - base));
            }
        } else {
            for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
                row.set(warp, Lanes.first(rest), type.extend(Bytes.load(from, (int) (at[i] - base), type.bytes())));
            }
        }
    }

    static void store(Warp warp, int lanes, byte[] to, long base, Row row, Type type) {
        long[] at = warp.addresses;
        int s = row.base();
        int i = 0;
        if (!row.isWide() && type.bytes() == 4) {
            for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
                Bytes.storeInt(to, (int) (at[i] - base), warp.narrow[s + Lanes.first(rest)]);
            }
        } else {
            for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
                Bytes.store(to, (int) (at[i] - base), type.bytes(), row.get(warp, Lanes.first(rest)));
            }
        }
    }
}
