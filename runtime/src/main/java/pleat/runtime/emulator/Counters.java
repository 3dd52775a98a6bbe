package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pleat.runtime.emulator.Finding.Origin;

/** Counts for each instruction of a kernel what it does. */
final class Counters {
    private static final int BANKS = 32;
    private static final int BANK_BYTES = 4;
    private static final int SECTOR_BYTES = 32;
    /** Bytes that shared memory moves at once. */
    private static final int WAVEFRONT_BYTES = BANKS * BANK_BYTES;

    private final Program program;
    private final long[] executed;
    private final long[] wavefronts;
    private final long[] idealWavefronts;
    private final long[] sectors;
    private final long[] idealSectors;
    private final long[] sorted = new long[Row.LANES];
    /** The words that each bank has to give, the banks behind each other. */
    private final long[] words = new long[BANKS * Row.LANES];
    private final int[] perBank = new int[BANKS];

    Counters(Program program) {
        this.program = program;
        int length = program.code().length;
        this.executed = new long[length];
        this.wavefronts = new long[length];
        this.idealWavefronts = new long[length];
        this.sectors = new long[length];
        this.idealSectors = new long[length];
    }

    void executed(int at) {
        executed[at]++;
    }

    /** Takes over what a worker counted. */
    synchronized void add(Counters other) {
        add(executed, other.executed);
        add(wavefronts, other.wavefronts);
        add(idealWavefronts, other.idealWavefronts);
        add(sectors, other.sectors);
        add(idealSectors, other.idealSectors);
    }

    private static void add(long[] sums, long[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /** Lanes move {@code bytes} each to or from shared memory, {@code count} of them, in the order of lanes. */
    void shared(int at, long[] addresses, int count, int bytes) {
        int together = Math.max(1, Math.min(count, WAVEFRONT_BYTES / Math.max(bytes, BANK_BYTES)));
        for (int from = 0; from < count; from += together) {
            int to = Math.min(count, from + together);
            wavefronts[at] += areNeighbours(addresses, from, to, bytes) || areApart(addresses, from, to, bytes) ? 1 : wavefronts(addresses, from, to, bytes);
            idealWavefronts[at]++;
        }
    }

    /** Whether lanes touch one stretch of no more than a wavefront, some of them the same part of it, which has no conflicts. */
    private static boolean areNeighbours(long[] addresses, int from, int to, int bytes) {
        for (int i = from + 1; i < to; i++) {
            if (addresses[i] != addresses[i - 1] + bytes && addresses[i] != addresses[i - 1]) {
                return false;
            }
        }
        return true;
    }

    /** Whether no bank has to give anything twice; an access is aligned, so that it does not go around the end of the banks. */
    private static boolean areApart(long[] addresses, int from, int to, int bytes) {
        int words = (1 << Math.max(bytes / BANK_BYTES, 1)) - 1;
        int wanted = 0;
        int twice = 0;
        for (int i = from; i < to; i++) {
            int these = words << (int) (addresses[i] / BANK_BYTES);
            twice |= wanted & these;
            wanted |= these;
        }
        return twice == 0;
    }

    private int wavefronts(long[] addresses, int from, int to, int bytes) {
        Arrays.fill(perBank, 0);
        int most = 0;
        for (int i = from; i < to; i++) {
            long last = (addresses[i] + bytes - 1) / BANK_BYTES;
            for (long word = addresses[i] / BANK_BYTES; word <= last; word++) {
                most = Math.max(most, wanted(word));
            }
        }
        return most;
    }

    /** How many words the bank of a word has to give, with this one. */
    private int wanted(long word) {
        int bank = (int) word & BANKS - 1;
        int there = perBank[bank];
        for (int i = bank * Row.LANES; i < bank * Row.LANES + there; i++) {
            if (words[i] == word) {
                return there;
            }
        }
        words[bank * Row.LANES + there] = word;
        perBank[bank]++;
        return there + 1;
    }

    /** As {@link #shared}, for global memory. */
    void global(int at, long[] addresses, int count, int bytes) {
        if (areNeighbours(addresses, 0, count, bytes)) {
            long whole = addresses[count - 1] + bytes;
            sectors[at] += (whole - 1) / SECTOR_BYTES - addresses[0] / SECTOR_BYTES + 1;
            idealSectors[at] += (whole - addresses[0] + SECTOR_BYTES - 1) / SECTOR_BYTES;
            return;
        }
        long[] inOrder = ascending(addresses, count);
        long covered = 0;
        long end = Long.MIN_VALUE;
        long lastSector = -1;
        int moved = 0;
        for (int i = 0; i < count; i++) {
            covered += Math.max(0, inOrder[i] + bytes - Math.max(end, inOrder[i]));
            end = Math.max(end, inOrder[i] + bytes);
            long first = Math.max(lastSector + 1, inOrder[i] / SECTOR_BYTES);
            long last = (inOrder[i] + bytes - 1) / SECTOR_BYTES;
            moved += (int) Math.max(0, last - first + 1);
            lastSector = Math.max(lastSector, last);
        }
        sectors[at] += moved;
        idealSectors[at] += (covered + SECTOR_BYTES - 1) / SECTOR_BYTES;
    }

    /** Stretches of global memory that one copy reads, in the order of addresses. */
    Stretches stretches(int at) {
        return new Stretches(at);
    }

    /** Sectors of stretches; neighbours may share one. */
    final class Stretches {
        private final int at;
        private long covered;
        private long lastSector = -1;

        private Stretches(int at) {
            this.at = at;
        }

        void add(long from, int bytes) {
            long first = from / SECTOR_BYTES;
            long last = (from + bytes - 1) / SECTOR_BYTES;
            sectors[at] += last - first + (first == lastSector ? 0 : 1);
            lastSector = last;
            covered += bytes;
        }

        void end() {
            idealSectors[at] += (covered + SECTOR_BYTES - 1) / SECTOR_BYTES;
        }
    }

    /** A copy writes whole lines of shared memory. */
    void lines(int at, int bytes) {
        wavefronts[at] += bytes / WAVEFRONT_BYTES;
        idealWavefronts[at] += bytes / WAVEFRONT_BYTES;
    }

    private long[] ascending(long[] addresses, int count) {
        for (int i = 1; i < count; i++) {
            if (addresses[i] < addresses[i - 1]) {
                System.arraycopy(addresses, 0, sorted, 0, count);
                Arrays.sort(sorted, 0, count);
                return sorted;
            }
        }
        return addresses;
    }

    List<InstructionCount> counts() {
        var counts = new ArrayList<InstructionCount>();
        for (int i = 0; i < executed.length; i++) {
            Origin origin = program.code()[i].origin();
            counts.add(new InstructionCount(origin, executed[i], new InstructionCount.Traffic(wavefronts[i], idealWavefronts[i]),
                    new InstructionCount.Traffic(sectors[i], idealSectors[i])));
        }
        return List.copyOf(counts);
    }
}
