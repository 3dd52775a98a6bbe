package pleat.runtime.io;

import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import pleat.ir.type.DType;

/**
 * The header of an npy array, versions 1 to 3 (numpy's NEP 1): a Python literal such as
 * {@code {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}.
 *
 * @param size bytes before the values
 */
record NpyHeader(Element element, boolean fortranOrder, ImmutableLongArray shape, long size) {
    /** numpy itself refuses more than 10000 characters. */
    private static final long LARGEST = 1 << 16;
    /** Magic, version and a length of four bytes. */
    static final int PREAMBLE = 12;
    private static final int ALIGNMENT = 64;

    /** What one element is. */
    sealed interface Element {
        int bytes();
    }

    record Number(DType dtype, ByteOrder order) implements Element {
        @Override
        public int bytes() {
            return dtype.bytes();
        }
    }

    /** Text of a fixed width: 32-bit code points in {@code order}, or single bytes. */
    record Text(int characters, boolean wide, ByteOrder order) implements Element {
        @Override
        public int bytes() {
            return wide ? Math.multiplyExact(characters, 4) : characters;
        }
    }

    /** Length of the header that starts with {@code preamble}, itself included. */
    static long size(FileBytes file, String what, MemorySegment preamble) {
        if (preamble.byteSize() < PREAMBLE) {
            throw file.refuse("ends early: %s has %d bytes, an npy header has more", what, preamble.byteSize());
        }
        if (!isNpy(preamble)) {
            throw file.refuse("is damaged: %s does not start as an npy array", what);
        }
        var version = LittleEndian.u8(preamble, 6);
        if (version < 1 || version > 3) {
            throw file.refuse("has %s in npy version %d; versions 1 to 3 are read", what, version);
        }
        var size = version == 1 ? 10 + LittleEndian.u16(preamble, 8) : PREAMBLE + LittleEndian.u32(preamble, 8);
        if (size > LARGEST) {
            throw file.refuse("is damaged: the header of %s would have %d bytes", what, size);
        }
        return size;
    }

    static boolean isNpy(MemorySegment bytes) {
        return bytes.byteSize() >= 6 && LittleEndian.u32(bytes, 0) == 0x4d554e93L && LittleEndian.u16(bytes, 4) == 0x5950;
    }

    /** Reads a whole header, as long as {@link #size} says. */
    static NpyHeader read(FileBytes file, String what, MemorySegment header) {
        var start = LittleEndian.u8(header, 6) == 1 ? 10 : PREAMBLE;
        var bytes = header.asSlice(Math.min(start, header.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        var text = new String(bytes, StandardCharsets.UTF_8);
        var literal = new NpyLiteral(file, what, text);
        var fields = literal.dictionary();
        return new NpyHeader(element(file, what, fields.descr()), fields.fortranOrder(),
                ImmutableLongArray.copyOf(fields.shape()), header.byteSize());
    }

    /** The bytes of a version 1 header, padded as numpy pads it, so that the values are aligned. */
    static byte[] write(String descr, ImmutableLongArray shape) {
        var extents = new StringBuilder("(");
        for (int dim = 0; dim < shape.length(); dim++) {
            extents.append(dim > 0 ? ", " : "").append(shape.get(dim));
        }
        extents.append(shape.length() == 1 ? ",)" : ")");
        var text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + extents + ", }";
        var padding = (ALIGNMENT - (10 + text.length() + 1) % ALIGNMENT) % ALIGNMENT;
        var length = text.length() + padding + 1;
        var magic = new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) length, (byte) (length >> 8)};
        var bytes = new byte[10 + length];
        System.arraycopy(magic, 0, bytes, 0, 10);
        System.arraycopy((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII), 0, bytes, 10, length);
        return bytes;
    }

    /** numpy's name of a type; bf16 has none, and is written as the f32 values that it stands for. */
    static String descr(DType dtype) {
        return switch (dtype) {
            case F64 -> "<f8";
            case F32, BF16 -> "<f4";
            case F16 -> "<f2";
            case I64 -> "<i8";
            case I32 -> "<i4";
            case I16 -> "<i2";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BOOL -> "|b1";
        };
    }

    private static Element element(FileBytes file, String what, String descr) {
        if (descr.startsWith("|O") || descr.startsWith("O")) {
            throw file.refuse("has Python objects in %s (dtype `|O`): reading them would execute code", what);
        }
        var order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        var code = descr.matches("[<>|].*") ? descr.substring(1) : descr;
        return switch (code) {
            case "f8" -> new Number(DType.F64, order);
            case "f4" -> new Number(DType.F32, order);
            case "f2" -> new Number(DType.F16, order);
            case "i8" -> new Number(DType.I64, order);
            case "i4" -> new Number(DType.I32, order);
            case "i2" -> new Number(DType.I16, order);
            case "i1" -> new Number(DType.I8, order);
            case "u1" -> new Number(DType.U8, order);
            case "b1" -> new Number(DType.BOOL, order);
            case String text when text.matches("[US]\\d{1,8}") ->
                new Text(Integer.parseInt(text, 1, text.length(), 10), text.startsWith("U"), order);
            default -> throw file.refuse("has %s of dtype %s, which Pleat has not: f8 f4 f2 i8 i4 i2 i1 u1 b1 and text are read",
                    what, FileBytes.quote(descr));
        };
    }
}
