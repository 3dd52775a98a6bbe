package pleat.runtime.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Damages files: flips, cuts, splices, and numbers that sizes should not have. */
final class Mutator {
    private static final long[] SIZES = {0, 1, -1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, Integer.MAX_VALUE, 0xFFFF_FFFFL, Long.MAX_VALUE,
        Long.MIN_VALUE};

    private final Random random;

    Mutator(long seed) {
        this.random = new Random(seed);
    }

    /** One to four changes of {@code file}; pieces may come from {@code other}. */
    byte[] mutate(byte[] file, byte[] other) {
        var changed = file.clone();
        for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
            changed = once(changed, other);
        }
        return changed;
    }

    private byte[] once(byte[] file, byte[] other) {
        var at = random.nextInt(file.length);
        return switch (random.nextInt(8)) {
            case 0, 1 -> flip(file, at);
            case 2 -> Arrays.copyOf(file, at);
            case 3 -> splice(file, at, at, piece(other));
            case 4 -> splice(file, at, Math.min(file.length, at + 1 + random.nextInt(16)), new byte[0]);
            case 5 -> splice(file, at, at, piece(file));
            case 6 -> size(file, at);
            case 7 -> digit(file, at);
            default -> throw new IllegalStateException();
        };
    }

    private byte[] flip(byte[] file, int at) {
        file[at] ^= (byte) (1 << random.nextInt(8));
        return file;
    }

    private byte[] size(byte[] file, int at) {
        var number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(SIZES[random.nextInt(SIZES.length)]).array();
        System.arraycopy(number, 0, file, at, Math.min(1 << random.nextInt(4), file.length - at));
        return file;
    }

    /** Changes the next decimal digit, as in the JSON and Python literals of headers. */
    private byte[] digit(byte[] file, int at) {
        for (int i = at; i < file.length; i++) {
            if (file[i] >= '0' && file[i] <= '9') {
                file[i] = (byte) ('0' + random.nextInt(10));
                return file;
            }
        }
        return file;
    }

    private byte[] piece(byte[] from) {
        var start = random.nextInt(from.length);
        return Arrays.copyOfRange(from, start, Math.min(from.length, start + 1 + random.nextInt(64)));
    }

    private static byte[] splice(byte[] file, int from, int to, byte[] piece) {
        var joined = new byte[file.length - (to - from) + piece.length];
        System.arraycopy(file, 0, joined, 0, from);
        System.arraycopy(piece, 0, joined, from, piece.length);
        System.arraycopy(file, to, joined, from + piece.length, file.length - to);
        return joined;
    }
}
