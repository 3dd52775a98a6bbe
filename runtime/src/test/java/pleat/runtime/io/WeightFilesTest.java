package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.ir.diagnostic.UserException;

class WeightFilesTest {
    @TempDir
    private Path folder;

    private String refusal(Path file) {
        return assertThrows(UserException.class, () -> WeightFiles.open(file).close()).getMessage();
    }

    @Test
    void theContentsDecideAndNotTheName() throws IOException {
        var files = new byte[][] {NpzTest.archive(0), Fixtures.npy("<f4", "(1,)", Fixtures.floats(1)), SafetensorsTest.file(),
            TorchCheckpointTest.file()};
        var firsts = new String[] {"param/b//w", "arr_0", "b", "state_dict.w"};
        for (int i = 0; i < files.length; i++) {
            var file = Files.write(folder.resolve("weights.bin"), files[i]);
            try (var source = WeightFiles.open(file)) {
                assertEquals(firsts[i], source.names().getFirst());
                assertEquals("file `" + file + "`", source.origin());
            }
        }
    }

    @Test
    void whatIsNoFileOfTensorsIsNamed() throws IOException {
        var missing = folder.resolve("no.npz");
        assertEquals("file `" + missing + "` does not exist", refusal(missing));
        assertEquals("file `" + folder + "` is a directory", refusal(folder));
        var empty = Files.createFile(folder.resolve("empty"));
        assertEquals("file `" + empty + "` is empty", refusal(empty));
        var text = Files.writeString(folder.resolve("text"), "hello");
        assertEquals("file `" + text + "` is not a file of tensors: it starts with bytes `68 65 6c 6c 6f`; "
                + "safetensors, npz, npy and PyTorch checkpoints are read", refusal(text));
    }

    @Test
    void namesThatAreNotThereAreNamed() throws IOException {
        var file = Files.write(folder.resolve("x"), SafetensorsTest.file());
        try (var source = WeightFiles.open(file)) {
            assertEquals("file `" + file + "` has no tensor `c`; it has 2, the first is `b`",
                    assertThrows(UserException.class, () -> source.tensor("c")).getMessage());
            assertEquals("file `" + file + "` has no text `meta`",
                    assertThrows(UserException.class, () -> source.text("meta")).getMessage());
        }
    }

    /** Offsets beyond 2^31, with a file that has a hole for most of its length. */
    @Test
    void filesBeyondTwoGigabytesAreMapped() throws IOException {
        var count = (1L << 29) + 1;
        var header = "{\"big\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
                .formatted(count * 4, count * 4) + "\"data_offsets\":[%d,%d]}}".formatted(count * 4, count * 4 + 4);
        var start = Fixtures.safetensors(header, new byte[0]);
        var file = folder.resolve("big.safetensors");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(start));
            channel.write(ByteBuffer.wrap(Fixtures.floats(7)), start.length + count * 4);
        }
        try (var source = WeightFiles.open(file)) {
            assertArrayEquals(new float[] {7}, source.tensor("a").toFloats());
            assertEquals(0, source.tensor("big").at(count * 4 - 1));
        }
    }
}
