package pleat.runtime.io;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** A safetensors file: the length of a JSON header, the header, the values of all tensors without gaps. */
final class SafetensorsFile {
    static final String METADATA = "__metadata__";
    static final int LENGTH_SIZE = 8;
    /** The bound of the reference implementation. */
    private static final long LARGEST_HEADER = 100_000_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(20).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    static final ImmutableBiMap<String, DType> DTYPES = ImmutableBiMap.<String, DType>builder()
            .put("F64", DType.F64).put("F32", DType.F32).put("F16", DType.F16).put("BF16", DType.BF16)
            .put("I64", DType.I64).put("I32", DType.I32).put("I16", DType.I16).put("I8", DType.I8)
            .put("U8", DType.U8).put("BOOL", DType.BOOL)
            .build();

    private final FileBytes file;
    private final TensorSource.Builder source;
    private final List<Placed> placed = new ArrayList<>();

    private SafetensorsFile(FileBytes file) {
        this.file = file;
        this.source = TensorSource.builder(file);
    }

    /** Bytes {@code from..to} of the part after the header. */
    private record Placed(String name, TensorHeader tensor, long from, long to) {}

    /** Whether the file starts as one; a header always starts with a brace. */
    static boolean isSafetensors(MemorySegment bytes) {
        return bytes.byteSize() > LENGTH_SIZE && LittleEndian.u8(bytes, LENGTH_SIZE) == '{' && LittleEndian.i64(bytes, 0) > 0
                && LittleEndian.i64(bytes, 0) <= LARGEST_HEADER;
    }

    static TensorSource open(FileBytes file) {
        return new SafetensorsFile(file).open();
    }

    private TensorSource open() {
        var headerEnd = LENGTH_SIZE + LittleEndian.i64(file.bytes(), 0);
        var header = file.slice(LENGTH_SIZE, headerEnd, "its header");
        try (var json = JSON.createParser(ObjectReadContext.empty(), header.toArray(ValueLayout.JAVA_BYTE))) {
            readHeader(json);
        } catch (JacksonException e) {
            throw damaged("its header is not the JSON of one: " + FileBytes.quote(e.getOriginalMessage()));
        }
        checkPlaces(headerEnd);
        for (var one : placed) {
            var values = file.bytes().asSlice(headerEnd + one.from, one.to - one.from);
            source.put(one.name, new TensorSource.Numbers(one.tensor, () -> values));
        }
        return source.build();
    }

    private void readHeader(JsonParser json) {
        expect(json.nextToken(), JsonToken.START_OBJECT, "its header");
        for (var name = json.nextName(); name != null; name = json.nextName()) {
            if (name.equals(METADATA)) {
                readMetadata(json);
            } else {
                readTensor(json, name);
            }
        }
        expect(json.currentToken(), JsonToken.END_OBJECT, "its header");
        if (json.nextToken() != null) {
            throw damaged("text follows its header's last brace");
        }
    }

    private void readMetadata(JsonParser json) {
        expect(json.nextToken(), JsonToken.START_OBJECT, "`__metadata__`");
        for (var key = json.nextName(); key != null; key = json.nextName()) {
            expect(json.nextToken(), JsonToken.VALUE_STRING, "metadata " + FileBytes.quote(key));
            var value = ImmutableList.of(json.getString());
            source.put(key, new TensorSource.Text(() -> value));
        }
        expect(json.currentToken(), JsonToken.END_OBJECT, "`__metadata__`");
    }

    private void readTensor(JsonParser json, String name) {
        var what = "tensor " + FileBytes.quote(name);
        var dtype = Optional.<DType>empty();
        var shape = Optional.<ImmutableLongArray>empty();
        var range = Optional.<ImmutableLongArray>empty();
        expect(json.nextToken(), JsonToken.START_OBJECT, what);
        for (var key = json.nextName(); key != null; key = json.nextName()) {
            switch (key) {
                case "dtype" -> dtype = Optional.of(dtype(json, what));
                case "shape" -> shape = Optional.of(numbers(json, what));
                case "data_offsets" -> range = Optional.of(numbers(json, what));
                default -> throw damaged(what + " has the field " + FileBytes.quote(key));
            }
        }
        expect(json.currentToken(), JsonToken.END_OBJECT, what);
        if (dtype.isEmpty() || shape.isEmpty() || range.isEmpty() || range.get().length() != 2) {
            throw damaged(what + " needs `dtype`, `shape` and two `data_offsets`");
        }
        placed.add(new Placed(name, new TensorHeader(dtype.get(), shape.get()), range.get().get(0), range.get().get(1)));
    }

    private DType dtype(JsonParser json, String what) {
        expect(json.nextToken(), JsonToken.VALUE_STRING, "the dtype of " + what);
        var dtype = DTYPES.get(json.getString());
        if (dtype == null) {
            throw file.refuse("has %s of dtype %s, which Pleat has not: %s are read", what, FileBytes.quote(json.getString()),
                    String.join(" ", DTYPES.keySet()));
        }
        return dtype;
    }

    private ImmutableLongArray numbers(JsonParser json, String what) {
        var numbers = ImmutableLongArray.builder();
        expect(json.nextToken(), JsonToken.START_ARRAY, what);
        while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            var number = json.getBigIntegerValue();
            if (number.signum() < 0 || number.bitLength() > 62) {
                throw damaged(what + " has the extent or offset " + number);
            }
            numbers.add(number.longValue());
        }
        expect(json.currentToken(), JsonToken.END_ARRAY, what);
        return numbers.build();
    }

    /** As the format demands: ranges as long as their tensors, in the file, without overlap and without gap. */
    private void checkPlaces(long headerEnd) {
        long end = 0;
        for (var one : placed.stream().sorted(Comparator.comparingLong(Placed::from).thenComparingLong(Placed::to)).toList()) {
            var what = "tensor " + FileBytes.quote(one.name);
            if (one.to < one.from || one.to - one.from != one.tensor.byteSize()) {
                throw file.refuse("is damaged: %s of %s takes %d bytes, and has bytes %d..%d", what, one.tensor,
                        one.tensor.byteSize(), one.from, one.to);
            }
            if (one.from != end) {
                throw file.refuse("is damaged: %s starts at byte %d, where the one before ends at %d", what, one.from, end);
            }
            file.slice(headerEnd + one.from, headerEnd + one.to, what);
            end = one.to;
        }
        if (headerEnd + end != file.size()) {
            throw file.refuse("is damaged: %d bytes follow its last tensor", file.size() - headerEnd - end);
        }
    }

    private void expect(JsonToken found, JsonToken wanted, String what) {
        if (found != wanted) {
            throw damaged(what + " is " + (found == null ? "cut short" : "of another form than the format's"));
        }
    }

    private UserException damaged(String why) {
        return file.refuse("is damaged: %s", why);
    }
}
