package pleat.runtime.io;

import com.google.common.collect.ImmutableMap;
import com.google.common.math.LongMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/**
 * The central directory of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16), zip64 included. The JDK's reader does
 * not say where a stored member lies, and so cannot map it.
 */
final class ZipDirectory {
    static final int LOCAL_HEADER = 0x04034b50;
    static final int CENTRAL_HEADER = 0x02014b50;
    static final int END = 0x06054b50;
    static final int END_64 = 0x06064b50;
    static final int END_64_LOCATOR = 0x07064b50;
    static final int LOCAL_HEADER_SIZE = 30;
    static final int CENTRAL_HEADER_SIZE = 46;
    static final int END_SIZE = 22;
    static final int END_64_LOCATOR_SIZE = 20;
    static final int END_64_SIZE = 56;
    /** In a 32-bit field: the value stands in the zip64 extra field. */
    static final long IN_ZIP64 = 0xFFFF_FFFFL;
    private static final int LARGEST_COMMENT = 0xFFFF;

    private final FileBytes file;

    private ZipDirectory(FileBytes file) {
        this.file = file;
    }

    /** The members by name, in the directory's order; folders are left out. */
    static ImmutableMap<String, ZipMember> read(FileBytes file) {
        return new ZipDirectory(file).members();
    }

    private record Extent(long offset, long size, long count) {}

    private ImmutableMap<String, ZipMember> members() {
        var extent = locate();
        var directory = file.slice(extent.offset, LongMath.saturatedAdd(extent.offset, extent.size), "its central directory");
        var members = new LinkedHashMap<String, ZipMember>();
        long at = 0;
        for (long i = 0; i < extent.count; i++) {
            at = addMember(members, directory, at);
        }
        if (at != directory.byteSize()) {
            throw file.refuse("is damaged: its directory has %d bytes, and its %d entries fill %d", directory.byteSize(),
                    extent.count, at);
        }
        return ImmutableMap.copyOf(members);
    }

    private Extent locate() {
        var bytes = file.bytes();
        for (long at = file.size() - END_SIZE; at >= Math.max(0, file.size() - END_SIZE - LARGEST_COMMENT); at--) {
            if (bytes.get(LittleEndian.I32, at) == END && at + END_SIZE + LittleEndian.u16(bytes, at + 20) == file.size()) {
                var locator = at - END_64_LOCATOR_SIZE;
                return locator >= 0 && bytes.get(LittleEndian.I32, locator) == END_64_LOCATOR
                        ? locate64(LittleEndian.i64(bytes, locator + 8))
                        : new Extent(LittleEndian.u32(bytes, at + 16), LittleEndian.u32(bytes, at + 12),
                                LittleEndian.u16(bytes, at + 10));
            }
        }
        throw file.refuse("ends early: it starts as a zip archive, and no directory of one stands at the end of its %d bytes",
                file.size());
    }

    private Extent locate64(long offset) {
        var record = file.slice(offset, LongMath.saturatedAdd(offset, END_64_SIZE), "its zip64 end record");
        if (record.get(LittleEndian.I32, 0) != END_64) {
            throw file.refuse("is damaged: no zip64 end record stands at byte %d", offset);
        }
        return new Extent(LittleEndian.i64(record, 48), LittleEndian.i64(record, 40), LittleEndian.i64(record, 32));
    }

    private long addMember(LinkedHashMap<String, ZipMember> members, MemorySegment directory, long at) {
        need(directory, at, CENTRAL_HEADER_SIZE);
        if (directory.get(LittleEndian.I32, at) != CENTRAL_HEADER) {
            throw file.refuse("is damaged: its directory entry %d does not start as one", members.size());
        }
        var nameSize = LittleEndian.u16(directory, at + 28);
        var extraSize = LittleEndian.u16(directory, at + 30);
        var end = at + CENTRAL_HEADER_SIZE + nameSize + extraSize + LittleEndian.u16(directory, at + 32);
        need(directory, at, end - at);
        var name = text(directory.asSlice(at + CENTRAL_HEADER_SIZE, nameSize));
        if ((LittleEndian.u16(directory, at + 8) & 1) != 0) {
            throw file.refuse("has member %s encrypted", FileBytes.quote(name));
        }
        var extra = directory.asSlice(at + CENTRAL_HEADER_SIZE + nameSize, extraSize);
        var member = member(name, directory.asSlice(at, end - at), extra);
        if (!name.endsWith("/") && members.put(name, member) != null) {
            throw file.refuse("has two members named %s", FileBytes.quote(name));
        }
        return end;
    }

    private ZipMember member(String name, MemorySegment entry, MemorySegment extra) {
        var wide = new Zip64(extra, name);
        var size = wide.widen(LittleEndian.u32(entry, 24));
        var packedSize = wide.widen(LittleEndian.u32(entry, 20));
        var local = wide.widen(LittleEndian.u32(entry, 42));
        var what = "member " + FileBytes.quote(name);
        var header = file.slice(local, LongMath.saturatedAdd(local, LOCAL_HEADER_SIZE), what);
        if (header.get(LittleEndian.I32, 0) != LOCAL_HEADER) {
            throw file.refuse("is damaged: %s does not start at byte %d", what, local);
        }
        var named = local + LOCAL_HEADER_SIZE;
        var start = named + LittleEndian.u16(header, 26) + LittleEndian.u16(header, 28);
        if (!text(file.slice(named, named + LittleEndian.u16(header, 26), what)).equals(name)) {
            throw file.refuse("is damaged: %s has another name in its own header", what);
        }
        return new ZipMember(file, name, LittleEndian.u16(entry, 10), entry.get(LittleEndian.I32, 16), size,
                file.slice(start, LongMath.saturatedAdd(start, packedSize), what));
    }

    private void need(MemorySegment directory, long at, long size) {
        if (at + size > directory.byteSize()) {
            throw file.refuse("is damaged: its directory of %d bytes ends inside an entry", directory.byteSize());
        }
    }

    private String text(MemorySegment bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE))).toString();
        } catch (CharacterCodingException e) {
            throw file.refuse("is damaged: a member's name is not UTF-8");
        }
    }

    /** Takes the 64-bit values in their order; each is there only if its 32-bit field is full. */
    private final class Zip64 {
        private final MemorySegment values;
        private final String name;
        private long next;

        Zip64(MemorySegment extra, String name) {
            this.values = find(extra);
            this.name = name;
        }

        long widen(long narrow) {
            if (narrow != IN_ZIP64) {
                return narrow;
            }
            if (next + 8 > values.byteSize()) {
                throw file.refuse("is damaged: the zip64 sizes of member %s are missing", FileBytes.quote(name));
            }
            next += 8;
            return LittleEndian.i64(values, next - 8);
        }

        private static MemorySegment find(MemorySegment extra) {
            for (long at = 0; at + 4 <= extra.byteSize(); at += 4 + LittleEndian.u16(extra, at + 2)) {
                var size = LittleEndian.u16(extra, at + 2);
                if (LittleEndian.u16(extra, at) == 1 && at + 4 + size <= extra.byteSize()) {
                    return extra.asSlice(at + 4, size);
                }
            }
            return MemorySegment.NULL;
        }
    }
}
