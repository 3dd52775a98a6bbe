package pleat.runtime.io;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import pleat.ir.diagnostic.UserException;

/** One file inside a zip archive. */
final class ZipMember {
    static final int STORED = 0;
    static final int DEFLATED = 8;
    /** Deflate codes at most 258 bytes in 2 bits. */
    private static final long LARGEST_RATIO = 1032;
    private static final long STEP = 1L << 30;

    private final FileBytes archive;
    private final String name;
    private final String shown;
    private final int method;
    private final int checksum;
    private final long size;
    private final MemorySegment packed;
    private final Supplier<MemorySegment> contents = Suppliers.memoize(this::read);

    ZipMember(FileBytes archive, String name, int method, int checksum, long size, MemorySegment packed) {
        this.archive = archive;
        this.name = name;
        this.shown = "member " + FileBytes.quote(name);
        this.method = method;
        this.checksum = checksum;
        this.size = size;
        this.packed = packed;
        checkSizes();
    }

    String name() {
        return name;
    }

    /** Length once inflated, as the archive declares it; it is in proportion to the packed length. */
    long size() {
        return size;
    }

    /** The whole contents, checksum compared: a view of the archive if stored, inflated once if deflated. */
    MemorySegment contents() {
        return contents.get();
    }

    /** The first {@code length} bytes, or all if there are fewer, without inflating the rest and unchecked. */
    MemorySegment start(long length) {
        var wanted = Math.min(length, size);
        return method == STORED ? packed.asSlice(0, wanted) : inflate(MemorySegment.ofArray(new byte[Math.toIntExact(wanted)]));
    }

    private void checkSizes() {
        switch (method) {
            case STORED -> {
                if (size != packed.byteSize()) {
                    throw archive.refuse("is damaged: %s is stored in %d bytes and declared as %d", shown, packed.byteSize(),
                            size);
                }
            }
            case DEFLATED -> {
                // Otherwise a few damaged bytes could ask for any amount of memory.
                if (size < 0 || size / LARGEST_RATIO > packed.byteSize()) {
                    throw archive.refuse("is damaged: %s cannot hold the declared %d bytes in %d deflated ones", shown, size,
                            packed.byteSize());
                }
            }
            default -> throw archive.refuse("has %s in compression method %d; methods 0 (stored) and 8 (deflate) are read",
                    shown, method);
        }
    }

    private MemorySegment read() {
        var bytes = method == STORED ? packed : inflate(archive.arena().allocate(size));
        var crc = new CRC32();
        for (long at = 0; at < size; at += STEP) {
            crc.update(bytes.asSlice(at, Math.min(STEP, size - at)).asByteBuffer());
        }
        if ((int) crc.getValue() != checksum) {
            throw archive.refuse("is damaged: %s has checksum %08x, the archive declares %08x", shown, (int) crc.getValue(),
                    checksum);
        }
        return bytes;
    }

    /** Fills {@code target}; if that is the whole member, the deflate stream must end with it. */
    private MemorySegment inflate(MemorySegment target) {
        var inflater = new Inflater(true);
        try {
            long read = 0;
            long written = 0;
            while (written < target.byteSize() || (written == size && !inflater.finished())) {
                if (inflater.needsInput()) {
                    if (read == packed.byteSize()) {
                        throw endsEarly(written);
                    }
                    var step = Math.min(STEP, packed.byteSize() - read);
                    inflater.setInput(packed.asSlice(read, step).asByteBuffer());
                    read += step;
                }
                written += inflateStep(inflater, target, written);
            }
            return target;
        } catch (DataFormatException e) {
            throw archive.refuse("is damaged: %s does not inflate: %s", shown, e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private long inflateStep(Inflater inflater, MemorySegment target, long written) throws DataFormatException {
        var room = Math.min(STEP, target.byteSize() - written);
        // A full target still needs room for one byte: only then can the stream say that it ends, or that it does not.
        var step = room > 0
                ? inflater.inflate(target.asSlice(written, room).asByteBuffer())
                : inflater.inflate(new byte[1]);
        if (room == 0 && step > 0) {
            throw archive.refuse("is damaged: %s inflates to more than the declared %d bytes", shown, size);
        }
        if (step == 0 && (inflater.finished() ? written < target.byteSize() : !inflater.needsInput())) {
            throw endsEarly(written);
        }
        return step;
    }

    private UserException endsEarly(long written) {
        return archive.refuse("is damaged: %s inflates to %d bytes, the archive declares %d", shown, written, size);
    }
}
