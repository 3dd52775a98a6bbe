package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pleat.runtime.emulator.Finding.Origin;

/** Counts for each instruction of a kernel what it does, over all its launches. */
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
    private final long[] words = new long[Row.LANES * 4];
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

    /** Lanes move {@code bytes} each to or from shared memory, {@code count} of them, in the order of lanes. */
    void shared(int at, long[] addresses, int count, int bytes) {
        int together = Math.max(1, Math.min(count, WAVEFRONT_BYTES / Math.max(bytes, BANK_BYTES)));
        for (int from = 0; from < count; from += together) {
            wavefronts[at] += wavefronts(addresses, from, Math.min(count, from + together), bytes);
            idealWavefronts[at]++;
        }
    }

    private int wavefronts(long[] addresses, int from, int to, int bytes) {
        int count = 0;
        for (int i = from; i < to; i++) {
            for (long word = addresses[i] / BANK_BYTES; word <= (addresses[i] + bytes - 1) / BANK_BYTES; word++) {
                words[count++] = word;
            }
        }
        Arrays.sort(words, 0, count);
        Arrays.fill(perBank, 0);
        int most = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || words[i] != words[i - 1]) {
                most = Math.max(most, ++perBank[(int) (words[i] % BANKS)]);
            }
        }
        return most;
    }

    /** As {@link #shared}, for global memory. */
    void global(int at, long[] addresses, int count, int bytes) {
        System.arraycopy(addresses, 0, words, 0, count);
        Arrays.sort(words, 0, count);
        long covered = 0;
        long end = Long.MIN_VALUE;
        long lastSector = -1;
        for (int i = 0; i < count; i++) {
            covered += Math.max(0, words[i] + bytes - Math.max(end, words[i]));
            end = Math.max(end, words[i] + bytes);
            for (long sector = Math.max(lastSector + 1, words[i] / SECTOR_BYTES); sector <= (words[i] + bytes - 1) / SECTOR_BYTES; sector++) {
                sectors[at]++;
                lastSector = sector;
            }
        }
        idealSectors[at] += (covered + SECTOR_BYTES - 1) / SECTOR_BYTES;
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
