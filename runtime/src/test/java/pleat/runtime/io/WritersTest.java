package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;

class WritersTest {
    @TempDir
    private Path folder;

    private static Map<String, TensorData> oneOfEachType() {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (var dtype : DType.values()) {
            var bytes = new byte[3 * dtype.bytes()];
            bytes[dtype.bytes()] = 1;
            tensors.put("z/" + dtype.text(), new TensorData(TensorHeader.of(dtype, 3, 1), MemorySegment.ofArray(bytes)));
        }
        tensors.put("Å", TensorData.ofFloats(new float[0], 2, 0));
        tensors.put("scalar", TensorData.ofFloats(new float[] {3}));
        return tensors;
    }

    @Test
    void npzIsReadBack() throws IOException {
        var file = folder.resolve("x.npz");
        var written = oneOfEachType();
        NpzWriter.write(file, written, Map.of("meta", "{\"k\": \"𝛼\"}"));
        try (var source = WeightFiles.open(file)) {
            assertEquals(written.keySet().stream().toList(), source.names());
            assertEquals("{\"k\": \"𝛼\"}", source.text("meta"));
            for (var name : source.names()) {
                var widened = written.get(name).dtype() == DType.BF16
                        ? written.get(name).convert(DType.F32, Arena.ofAuto()) : written.get(name);
                assertEquals(widened.header(), source.header(name));
                assertEquals(-1, widened.bytes().mismatch(source.tensor(name).bytes()), name);
            }
        }
        try (var zip = new ZipFile(file.toFile())) {
            assertEquals(written.size() + 1, zip.size());
            for (var entry : Collections.list(zip.entries())) {
                assertEquals(entry.getSize(), zip.getInputStream(entry).readAllBytes().length);
                assertEquals(1980, entry.getTimeLocal().getYear());
            }
        }
    }

    @Test
    void equalTensorsGiveEqualBytes() throws IOException {
        for (var name : new String[] {"a", "b"}) {
            NpzWriter.write(folder.resolve(name + ".npz"), oneOfEachType(), Map.of("meta", "m"));
            SafetensorsWriter.write(folder.resolve(name + ".safetensors"), oneOfEachType(), Map.of("format", "pleat"));
        }
        for (var kind : new String[] {".npz", ".safetensors"}) {
            assertEquals(-1, Files.mismatch(folder.resolve("a" + kind), folder.resolve("b" + kind)));
        }
    }

    @Test
    void safetensorsAreReadBack() {
        var file = folder.resolve("x.safetensors");
        var written = oneOfEachType();
        SafetensorsWriter.write(file, written, Map.of("format", "pleat"));
        try (var source = WeightFiles.open(file)) {
            assertEquals(written.keySet().stream().toList(), source.names());
            assertEquals("pleat", source.text("format"));
            for (var name : source.names()) {
                assertEquals(written.get(name).header(), source.header(name));
                assertEquals(-1, written.get(name).bytes().mismatch(source.tensor(name).bytes()), name);
            }
        }
    }

    @Test
    void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
        var file = folder.resolve("x.npz");
        Files.writeString(file, "old");
        var failure = assertThrows(UserException.class, () -> AtomicFile.write(file, channel -> {
            channel.write(ByteBuffer.allocate(10));
            throw new IOException("No space left on device");
        }));
        assertEquals("file `" + file + "` cannot be written: No space left on device", failure.getMessage());
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void targetsThatCannotBeWrittenAreNamed() {
        var missing = folder.resolve("no/x.npz");
        assertEquals("file `" + missing + "` cannot be written: its folder does not exist",
                assertThrows(UserException.class, () -> NpzWriter.write(missing, Map.of(), Map.of())).getMessage());
        var system = Path.of("/proc/x.npz"); // the folder is there, and nobody can make a file in it
        assertEquals("file `/proc/x.npz` cannot be written: its folder takes no new file",
                assertThrows(UserException.class, () -> NpzWriter.write(system, Map.of(), Map.of())).getMessage());
        assertTrue(assertThrows(UserException.class, () -> NpzWriter.write(folder, Map.of(), Map.of())).getMessage()
                .endsWith("cannot be written: it is a folder or a device"));
    }
}
