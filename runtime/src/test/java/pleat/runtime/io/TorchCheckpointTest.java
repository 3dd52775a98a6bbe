package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static pleat.runtime.io.Fixtures.floats;
import static pleat.runtime.io.Fixtures.open;
import static pleat.runtime.io.Fixtures.refusal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchCheckpointTest {
    private static final Map<String, byte[]> SIX = Map.of("0", floats(1, 2, 3, 4, 5, 6));

    /** {@code {'state_dict': OrderedDict(w=(2, 3), t=w.T, b=w[1, 1:]), 'list': [b], 'epoch': 3, 'config': Config(...)}}. */
    static PickleFixture pickle() {
        return new PickleFixture().raw("}(")
                .text("state_dict").global("collections", "OrderedDict").raw(")R(")
                .text("w").tensor("FloatStorage", "0", 6, 0, new int[] {2, 3}, new int[] {3, 1})
                .text("t").tensor("FloatStorage", "0", 6, 0, new int[] {3, 2}, new int[] {1, 3})
                .text("b").global("torch._utils", "_rebuild_parameter").raw("(")
                .tensor("FloatStorage", "0", 6, 4, new int[] {2}, new int[] {1}).raw("q\u0005\u0088").raw("NtR")
                .raw("u}").text("_metadata").raw("}sb")
                .text("list").raw("]h\u0005a")
                .text("epoch").whole(3)
                .text("config").global("omegaconf.dictconfig", "DictConfig").raw(")\u0081}").text("lr").whole(1).raw("sb")
                .raw("u");
    }

    static byte[] file() {
        return pickle().checkpoint(SIX);
    }

    private static byte[] one(PickleFixture tensor) {
        return tensor.checkpoint(SIX);
    }

    private static PickleFixture view(int offset, int[] shape, int[] strides) {
        return new PickleFixture().tensor("FloatStorage", "0", 6, offset, shape, strides);
    }

    @Test
    void nestedNamesGetDotsAndViewsAreUnfolded() {
        try (var source = open(file())) {
            assertEquals(List.of("state_dict.w", "state_dict.t", "state_dict.b", "list.0"), source.names());
            assertEquals("f32[2, 3]", source.header("state_dict.w").toString());
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, source.tensor("state_dict.w").toFloats());
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, source.tensor("state_dict.t").toFloats());
            assertArrayEquals(new float[] {5, 6}, source.tensor("state_dict.b").toFloats());
            assertArrayEquals(new float[] {5, 6}, source.tensor("list.0").toFloats());
            assertEquals(List.of("w", "t", "b"), source.under("state_dict.").names());
        }
    }

    @ParameterizedTest
    @CsvSource({"DoubleStorage, f64, 8", "FloatStorage, f32, 4", "HalfStorage, f16, 2", "BFloat16Storage, bf16, 2",
        "LongStorage, i64, 8", "IntStorage, i32, 4", "ShortStorage, i16, 2", "CharStorage, i8, 1", "ByteStorage, u8, 1",
        "BoolStorage, bool, 1"})
    void everyStorageHasItsType(String storage, String dtype, int size) {
        var file = new PickleFixture().tensor(storage, "0", 1, 0, new int[0], new int[0]).checkpoint(Map.of("0", new byte[size]));
        try (var source = open(file)) {
            assertEquals(dtype + "[]", source.header("tensor").toString());
            assertEquals(0, source.tensor("tensor").at(0));
        }
    }

    @Test
    void viewsStayInTheirStorage() {
        assertEquals("file `x` is damaged: tensor `tensor` reaches byte 28 of a storage of 24 bytes",
                refusal(one(view(1, new int[] {2, 3}, new int[] {3, 1}))));
        assertEquals("file `x` is damaged: tensor `tensor` reaches byte 28 of a storage of 24 bytes",
                refusal(one(view(0, new int[] {2, 3}, new int[] {4, 1}))));
        var expanded = view(0, new int[] {1 << 30, 1 << 30, 1 << 30}, new int[] {0, 0, 0});
        assertTrue(refusal(one(expanded)).contains("that share memory"));
        assertTrue(refusal(one(view(0, new int[] {-2}, new int[] {1}))).contains("what is not a count"));
        assertEquals("file `x` is damaged: storage `7` of tensor `tensor` is missing",
                refusal(one(new PickleFixture().vector("7", 6))));
        assertEquals("file `x` ends early: storage `0` of tensor `tensor` needs 28 bytes, it has 24",
                refusal(one(new PickleFixture().vector("0", 7))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"posix.system", "os.system", "builtins.eval", "builtins.exec", "subprocess.Popen", "builtins.getattr",
        "torch.load", "torch.hub.load", "numpy.load", "functools.partial"})
    void callsAreRefusedByName(String function) {
        var module = function.substring(0, function.lastIndexOf('.'));
        var name = function.substring(module.length() + 1);
        var says = "file `x` is refused: its pickle calls `" + function + "`, and Pleat executes nothing from a file";
        var command = "touch executed";
        var pickles = List.of(
                new PickleFixture().global(module, name).text(command).raw("\u0085R"),
                // By a name on the stack, kept and recalled.
                new PickleFixture().text(module).text(name).raw("\u0093q\u0000" + "0").raw("h\u0000")
                        .text(command).raw("\u0085R"),
                // Protocol 0: INST and OBJ.
                new PickleFixture().raw("(").text(command).raw("i" + module + "\n" + name + "\n"),
                new PickleFixture().raw("(").global(module, name).text(command).raw("o"),
                // As the way in which a subclass of Tensor is rebuilt.
                new PickleFixture().global("torch._tensor", "_rebuild_from_type_v2").raw("(").global(module, name)
                        .global("torch", "Tensor").text(command).raw("\u0085}tR"));
        for (var pickle : pickles) {
            assertTrue(refusal(pickle.checkpoint(SIX)).startsWith(says), function);
        }
    }

    /** As Python pickles them beside a model, in protocols 0 to 5. */
    @Test
    void plainValuesArePassedOver() {
        var file = new PickleFixture().raw("}(")
                .text("path").global("pathlib", "PosixPath").text("a").raw("\u0085R")
                .text("bytes").global("_codecs", "encode").text("a").text("latin1").raw("\u0086R")
                .text("set").global("__builtin__", "set").raw("](K\u0001e\u0085R")
                .text("object").global("copy_reg", "_reconstructor").raw("(").global("config", "Config")
                .global("__builtin__", "object").raw("NtR}S'lr'\nI1\nsb")
                .text("numbers").raw("(I01\nI-7\nL99999999999999999999L\nF1.5\nNG" + "\0".repeat(8))
                .raw("\u008b\u0009" + "\0".repeat(12) + "l")
                .text("moments").global("collections", "defaultdict").global("builtins", "list").raw("\u0085RV\\u00e5\n")
                .vector("0", 6).raw("su").checkpoint(SIX);
        try (var source = open(file)) {
            assertEquals(List.of("moments.å"), source.names());
        }
    }

    @Test
    void aPickleThatNeverEndsItsNestingIsRefused() {
        // A list that contains itself.
        assertTrue(refusal(one(new PickleFixture().raw("]q\u0000h\u0000a"))).contains("nests them more than 64 deep"));
        // A list of the one before, twice, sixty times over: 2^60 values in 300 bytes.
        var doubled = new PickleFixture().raw("]");
        for (int i = 0; i < 60; i++) {
            doubled.raw("q\u0000" + "0](h\u0000h\u0000e");
        }
        assertTrue(refusal(one(doubled)).contains("has more than 1000000 values"));
    }

    @Test
    void otherFormsOfCheckpointsAreNamed() {
        var old = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");
        assertTrue(refusal(old).startsWith("file `x` is a PyTorch checkpoint in the format before 1.6; `torch.save("));
        var program = Fixtures.zip(0, Map.of("m/data.pkl", new PickleFixture().raw("}").bytes(), "m/constants.pkl", new byte[0]));
        assertTrue(refusal(program).startsWith("file `x` is a TorchScript program, not a checkpoint"));
        var big = Fixtures.zip(0, Map.of("m/data.pkl", new PickleFixture().raw("}").bytes(), "m/byteorder", "big".getBytes()));
        assertEquals("file `x` has its values in `big` byte order; only little is read", refusal(big));
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < file().length; length++) {
            refusal(Arrays.copyOf(file(), length));
        }
        var pickle = new PickleFixture().raw("}(").text("w").vector("0", 6).raw("u").bytes();
        for (int length = 0; length < pickle.length - 1; length++) {
            var cut = Fixtures.zip(0, Map.of("m/data.pkl", Arrays.copyOf(pickle, length), "m/data/0", SIX.get("0")));
            assertTrue(refusal(cut).startsWith("file `x` is damaged: its pickle cannot be read: "));
        }
    }
}
