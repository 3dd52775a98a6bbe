package pleat.runtime.io;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** One npy array: a file, or a member of an npz archive. */
final class NpyArray {
    private final FileBytes file;
    private final String what;
    private final NpyHeader header;
    private final Supplier<MemorySegment> contents;

    private NpyArray(FileBytes file, String what, NpyHeader header, Supplier<MemorySegment> contents) {
        this.file = file;
        this.what = what;
        this.header = header;
        this.contents = contents;
    }

    /** A file that holds one array; its name is that of numpy's own single argument, {@code arr_0}. */
    static TensorSource open(FileBytes file) {
        var what = "its array";
        var size = NpyHeader.size(file, what, file.bytes().asSlice(0, Math.min(NpyHeader.PREAMBLE, file.size())));
        var header = NpyHeader.read(file, what, file.slice(0, size, "its header"));
        var array = new NpyArray(file, what, header, file::bytes);
        return TensorSource.builder(file).put("arr_0", array.entry(file.size())).build();
    }

    /** An archive of arrays, each a member {@code NAME.npy}. Headers are read at once, values when they are asked for. */
    static TensorSource open(FileBytes file, Iterable<ZipMember> members) {
        var source = TensorSource.builder(file);
        for (var member : members) {
            var name = member.name().endsWith(".npy") ? member.name().substring(0, member.name().length() - 4) : member.name();
            var what = "array " + FileBytes.quote(name);
            var size = NpyHeader.size(file, what, member.start(NpyHeader.PREAMBLE));
            if (size > member.size()) {
                throw file.refuse("is damaged: %s has %d bytes, its header alone %d", what, member.size(), size);
            }
            var array = new NpyArray(file, what, NpyHeader.read(file, what, member.start(size)), member::contents);
            source.put(name, array.entry(member.size()));
        }
        return source.build();
    }

    /** {@code available} counts header and values. */
    private TensorSource.Entry entry(long available) {
        var elements = TensorHeader.elements(header.shape());
        var end = LongMath.saturatedAdd(header.size(), LongMath.saturatedMultiply(elements, header.element().bytes()));
        // Text of no characters takes no bytes: without the second test a header could ask for any number of empty words.
        if (end > available || elements > 0 && header.element().bytes() == 0 && elements > available) {
            throw file.refuse("ends early: %s needs bytes %d..%d, and has %d", what, header.size(), end, available);
        }
        if (end < available) {
            throw file.refuse("is damaged: %s has %d bytes after its values", what, available - end);
        }
        return switch (header.element()) {
            case NpyHeader.Number number ->
                new TensorSource.Numbers(new TensorHeader(number.dtype(), header.shape()), () -> values(number));
            case NpyHeader.Text text -> new TensorSource.Text(() -> texts(text, elements));
        };
    }

    private MemorySegment values(NpyHeader.Number number) {
        var values = contents.get().asSlice(header.size());
        var width = number.dtype().bytes();
        var ordered = number.order() == ByteOrder.BIG_ENDIAN && width > 1 ? swapped(values, width) : values;
        var tensor = new TensorHeader(number.dtype(), header.shape());
        return header.fortranOrder() ? new StridedView(tensor, fortranStrides(), 0, ordered).contiguous(file.arena()) : ordered;
    }

    private ImmutableLongArray fortranStrides() {
        var strides = ImmutableLongArray.builder(header.shape().length());
        long step = 1;
        for (int dim = 0; dim < header.shape().length(); dim++) {
            strides.add(step);
            step = LongMath.saturatedMultiply(step, header.shape().get(dim));
        }
        return strides.build();
    }

    private MemorySegment swapped(MemorySegment values, int width) {
        var target = file.arena().allocate(values.byteSize());
        for (long at = 0; at < values.byteSize(); at += width) {
            switch (width) {
                case 2 -> target.set(LittleEndian.I16, at, Short.reverseBytes(values.get(LittleEndian.I16, at)));
                case 4 -> target.set(LittleEndian.I32, at, Integer.reverseBytes(values.get(LittleEndian.I32, at)));
                case 8 -> target.set(LittleEndian.I64, at, Long.reverseBytes(values.get(LittleEndian.I64, at)));
                default -> throw new IllegalStateException("elements of " + width + " bytes");
            }
        }
        return target;
    }

    private ImmutableList<String> texts(NpyHeader.Text text, long elements) {
        var values = contents.get().asSlice(header.size());
        var words = ImmutableList.<String>builder();
        for (long i = 0; i < elements; i++) {
            var word = values.asSlice(i * text.bytes(), text.bytes());
            words.add(text.wide() ? wideText(text, word) : narrowText(word));
        }
        // numpy fills text up to the array's width with zeros, and so cannot keep any at its end either.
        return words.build().stream().map(CharMatcher.is('\0')::trimTrailingFrom).collect(ImmutableList.toImmutableList());
    }

    private static String narrowText(MemorySegment word) {
        return new String(word.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    private String wideText(NpyHeader.Text text, MemorySegment word) {
        var characters = new StringBuilder();
        for (int i = 0; i < text.characters(); i++) {
            var bits = word.get(LittleEndian.I32, i * 4L);
            var codePoint = text.order() == ByteOrder.BIG_ENDIAN ? Integer.reverseBytes(bits) : bits;
            if (!Character.isValidCodePoint(codePoint)) {
                throw file.refuse("is damaged: character %d of %s is no Unicode one (0x%x)", i, what, codePoint);
            }
            characters.appendCodePoint(codePoint);
        }
        return characters.toString();
    }
}
