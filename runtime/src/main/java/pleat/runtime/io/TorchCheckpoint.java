package pleat.runtime.io;

import com.google.common.collect.ImmutableMap;
import com.google.common.math.LongMath;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import pleat.runtime.io.Pickled.Dictionary;
import pleat.runtime.io.Pickled.Sequence;
import pleat.runtime.io.Pickled.Text;
import pleat.runtime.io.Pickled.Whole;

/**
 * A checkpoint of {@code torch.save} since PyTorch 1.6: a zip archive of one pickle and the memory of each storage. Nested
 * dictionaries and lists become names with dots, such as {@code state_dict.linear.weight}.
 */
final class TorchCheckpoint {
    private static final String PICKLE = "data.pkl";
    // A pickle can say "twice the last value" in a few bytes, sixty times over.
    private static final int LARGEST_DEPTH = 64;
    private static final int MOST_VALUES = 1_000_000;
    private static final int LONGEST_NAME = 1000;

    private final FileBytes file;
    private final ImmutableMap<String, ZipMember> members;
    private final String folder;
    private final TensorSource.Builder source;
    private final Deque<String> path = new ArrayDeque<>();
    private int visited;

    private TorchCheckpoint(FileBytes file, ImmutableMap<String, ZipMember> members, String folder) {
        this.file = file;
        this.members = members;
        this.folder = folder;
        this.source = TensorSource.builder(file);
    }

    static boolean isCheckpoint(ImmutableMap<String, ZipMember> members) {
        return members.keySet().stream().anyMatch(TorchCheckpoint::isPickle);
    }

    static TensorSource open(FileBytes file, ImmutableMap<String, ZipMember> members) {
        var pickle = members.keySet().stream().filter(TorchCheckpoint::isPickle).findFirst().orElseThrow();
        return new TorchCheckpoint(file, members, pickle.substring(0, pickle.length() - PICKLE.length())).open();
    }

    private static boolean isPickle(String name) {
        return name.equals(PICKLE) || name.endsWith("/" + PICKLE);
    }

    private TensorSource open() {
        if (members.containsKey(folder + "constants.pkl")) {
            throw file.refuse("is a TorchScript program, not a checkpoint; "
                    + "`torch.save(torch.jit.load(...).state_dict(), ...)` makes one of it");
        }
        var order = members.get(folder + "byteorder");
        if (order != null && !text(order).equals("little")) {
            throw file.refuse("has its values in %s byte order; only little is read", FileBytes.quote(text(order)));
        }
        add(PickleReader.read(file, members.get(folder + PICKLE).contents()));
        return source.build();
    }

    private static String text(ZipMember member) {
        return new String(member.start(16).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1).strip();
    }

    private void add(Pickled value) {
        visited++;
        if (visited > MOST_VALUES || path.size() > LARGEST_DEPTH) {
            throw file.refuse("has more than %d values, or nests them more than %d deep", MOST_VALUES, LARGEST_DEPTH);
        }
        switch (value) {
            case Dictionary dictionary -> dictionary.entries().forEach((key, item) -> addUnder(word(key), item));
            case Sequence sequence -> {
                for (int i = 0; i < sequence.items().size(); i++) {
                    addUnder(String.valueOf(i), sequence.items().get(i));
                }
            }
            case Pickled.Tensor tensor -> addTensor(tensor);
            case Pickled.None _, Pickled.Truth _, Whole _, Pickled.Real _, Text _ -> { }
            case Pickled.Opaque _, Pickled.Global _, Pickled.Storage _ -> { }
        }
    }

    private void addUnder(String word, Pickled value) {
        path.addLast(word);
        add(value);
        path.removeLast();
    }

    private static String word(Pickled.Key key) {
        return switch (key) {
            case Text(String text) -> text;
            case Whole(long number) -> String.valueOf(number);
        };
    }

    private void addTensor(Pickled.Tensor tensor) {
        if (path.stream().mapToInt(String::length).sum() > LONGEST_NAME) {
            throw file.refuse("has a tensor whose name is longer than %d characters", LONGEST_NAME);
        }
        var name = path.isEmpty() ? "tensor" : String.join(".", path);
        var what = "tensor " + FileBytes.quote(name);
        var storage = tensor.storage();
        var member = members.get(folder + "data/" + storage.key());
        if (member == null) {
            throw file.refuse("is damaged: storage %s of %s is missing", FileBytes.quote(storage.key()), what);
        }
        if (member.size() < storage.bytes()) {
            throw file.refuse("ends early: storage %s of %s needs %d bytes, it has %d", FileBytes.quote(storage.key()), what,
                    storage.bytes(), member.size());
        }
        if (tensor.shape().size() != tensor.strides().size()) {
            throw file.refuse("is damaged: %s has %d dims and %d strides", what, tensor.shape().size(), tensor.strides().size());
        }
        var header = new TensorHeader(tensor.dtype(), ImmutableLongArray.copyOf(tensor.shape()));
        checkView(tensor, header, what);
        source.put(name, new TensorSource.Numbers(header, () -> values(tensor, header, member)));
    }

    private void checkView(Pickled.Tensor tensor, TensorHeader header, String what) {
        if (tensor.offset() < 0) {
            throw file.refuse("is damaged: %s starts at element %d", what, tensor.offset());
        }
        var end = tensor.offset();
        for (int dim = 0; dim < header.rank() && header.elements() > 0; dim++) {
            var reach = LongMath.saturatedMultiply(header.shape().get(dim) - 1, tensor.strides().get(dim));
            end = LongMath.saturatedAdd(end, reach);
        }
        var elements = LongMath.saturatedAdd(end, header.elements() > 0 ? 1 : 0);
        var needed = LongMath.saturatedMultiply(elements, header.dtype().bytes());
        if (needed > tensor.storage().bytes()) {
            throw file.refuse("is damaged: %s reaches byte %d of a storage of %d bytes", what, needed, tensor.storage().bytes());
        }
        if (header.byteSize() > tensor.storage().bytes()) {
            throw file.refuse("has %s with elements that share memory (an expanded view of %d bytes); "
                    + "`.contiguous()` before saving", what, tensor.storage().bytes());
        }
    }

    private MemorySegment values(Pickled.Tensor tensor, TensorHeader header, ZipMember member) {
        long first = header.elements() > 0 ? tensor.offset() : 0;
        return new StridedView(header, ImmutableLongArray.copyOf(tensor.strides()), first, member.contents()).contiguous(file.arena());
    }
}
