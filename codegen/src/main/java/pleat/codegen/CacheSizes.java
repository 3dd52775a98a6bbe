package pleat.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sizes of the caches that one core sees; they bound tile sizes and never change a result.
 *
 * @param l1dBytes first level, data only
 * @param l2Bytes second level
 * @param l3Bytes third level, shared between cores; equal to {@code l2Bytes} where there is none
 */
public record CacheSizes(long l1dBytes, long l2Bytes, long l3Bytes) {
    /** The smallest caches of the server cores of the last ten years: a safe bound where the kernel tells nothing. */
    public static final CacheSizes CONSERVATIVE = new CacheSizes(32 << 10, 256 << 10, 1 << 20);

    public CacheSizes {
        if (l1dBytes <= 0 || l2Bytes < l1dBytes || l3Bytes < l2Bytes) {
            throw new IllegalArgumentException("cache sizes must not shrink with the level: L1d %d, L2 %d, L3 %d bytes"
                    .formatted(l1dBytes, l2Bytes, l3Bytes));
        }
    }

    /**
     * Reads a folder of the form {@code /sys/devices/system/cpu/cpu0/cache}; a level that is not listed keeps its
     * conservative size.
     */
    static CacheSizes read(Path folder) {
        long l1d = 0;
        long l2 = 0;
        long l3 = 0;
        for (int index = 0; Files.isReadable(folder.resolve("index" + index + "/size")); index++) {
            Path entry = folder.resolve("index" + index);
            long bytes = bytes(line(entry.resolve("size")));
            boolean holdsData = !line(entry.resolve("type")).equals("Instruction");
            switch (line(entry.resolve("level"))) {
                case "1" -> l1d = holdsData ? bytes : l1d;
                case "2" -> l2 = bytes;
                case "3" -> l3 = bytes;
                default -> { } // a fourth level is a memory-side cache: tiles are not sized for it
            }
        }
        long knownL1d = l1d > 0 ? l1d : CONSERVATIVE.l1dBytes;
        long knownL2 = l2 > 0 ? l2 : Math.max(knownL1d, CONSERVATIVE.l2Bytes);
        return new CacheSizes(knownL1d, knownL2, Math.max(knownL2, l3));
    }

    /** Parses the kernel's {@code 48K}, {@code 2M} or plain byte counts. */
    static long bytes(String text) {
        char unit = text.charAt(text.length() - 1);
        String digits = Character.isDigit(unit) ? text : text.substring(0, text.length() - 1);
        int shift = switch (unit) {
            case 'K' -> 10;
            case 'M' -> 20;
            case 'G' -> 30;
            default -> 0;
        };
        return Long.parseLong(digits) << shift;
    }

    private static String line(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
