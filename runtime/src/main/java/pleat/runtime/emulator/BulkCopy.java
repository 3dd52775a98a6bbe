package pleat.runtime.emulator;

import java.util.Arrays;
import pleat.runtime.emulator.Finding.Kind;

/**
 * A box on its way from global to shared memory.
 *
 * @param at the instruction that began it
 * @param target byte of shared memory
 * @param corner where the box begins, the fastest dim first
 */
record BulkCopy(Warp warp, int at, int lane, BoxMap map, int target, int[] corner) {
    /** Groups of bytes that change places. */
    private static final int GROUP = 16;
    private static final int GROUPS = BoxMap.LINE / GROUP;

    int bytes() {
        return map.boxBytes();
    }

    KernelFault fault(Kind kind, String detail) {
        warp.at = at;
        return warp.fault(kind, lane, detail);
    }

    /** It begins: its source may be read from now on, and its destination holds nothing of use. */
    void launch() {
        SharedMemory shared = warp.block.shared();
        shared.launchBulk(warp, lane, target, bytes());
        var sectors = warp.block.counters().stretches(at);
        eachLine((_, from, _, count) -> {
            if (count > 0) {
                Access.global(warp, lane, from, count);
                check(from, count);
                sectors.add(from, count);
            }
        });
        sectors.end();
        warp.block.counters().lines(at, bytes());
    }

    /** What it brings is there, for who knows the stamp. */
    void land(long stamp) {
        SharedMemory shared = warp.block.shared();
        byte[] line = new byte[BoxMap.LINE];
        eachLine((number, from, skipped, count) -> {
            Arrays.fill(line, (byte) 0);
            if (count > 0) {
                check(from, count);
                read(from, line, skipped, count);
            }
            int to = target + number * BoxMap.LINE;
            int turned = to / BoxMap.LINE % GROUPS;
            for (int group = 0; group < GROUPS; group++) {
                System.arraycopy(line, group * GROUP, shared.bytes(), to + (group ^ turned) * GROUP, GROUP);
            }
        });
        shared.landBulk(target, bytes(), stamp);
    }

    private void check(long from, int count) {
        GlobalRaces races = warp.block.machine().races();
        int size = map.elementBytes();
        for (int i = 0; races.isOn() && i < count; i += size) {
            races.check(warp, lane, from + i, size, false);
        }
    }

    private void read(long from, byte[] line, int skipped, int count) {
        GlobalView global = warp.block.global();
        byte[] page = global.page(from, from + count);
        if (page.length > 0) {
            System.arraycopy(page, (int) (from - global.start()), line, skipped, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            line[skipped + i] = (byte) global.load(from + i, 1);
        }
    }

    /** A line of the box. */
    @FunctionalInterface
    private interface Line {
        /**
         * @param from address of what is inside of the buffer
         * @param skipped bytes before that
         * @param count bytes inside, perhaps none
         */
        void at(int number, long from, int skipped, int count);
    }

    private void eachLine(Line line) {
        int size = map.elementBytes();
        long first = Math.max(0, corner[0]);
        long end = Math.min(map.size(0), (long) corner[0] + map.box(0));
        int lines = bytes() / BoxMap.LINE;
        for (int number = 0; number < lines; number++) {
            long from = map.address() + first * size;
            boolean isInside = first < end;
            int rest = number;
            for (int dim = 1; dim < map.dims(); dim++) {
                long position = (long) corner[dim] + rest % map.box(dim);
                rest /= map.box(dim);
                isInside &= position >= 0 && position < map.size(dim);
                from += position * map.stride(dim);
            }
            line.at(number, from, isInside ? (int) (first - corner[0]) * size : 0, isInside ? (int) (end - first) * size : 0);
        }
    }
}
