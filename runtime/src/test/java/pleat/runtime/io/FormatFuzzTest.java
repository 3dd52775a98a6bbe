package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static pleat.runtime.io.Fixtures.floats;
import static pleat.runtime.io.Fixtures.npy;
import static pleat.runtime.io.Fixtures.safetensors;
import static pleat.runtime.io.Fixtures.zip;

import com.google.common.collect.ImmutableMap;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pleat.ir.diagnostic.UserException;

/** Damaged files are read or refused: nothing else, in bounded time and memory. {@code -Dpleat.fuzz=N} damages N of each kind. */
class FormatFuzzTest {
    private static final int INPUTS = Integer.getInteger("pleat.fuzz", 2000);
    private static final long SEED = Long.getLong("pleat.fuzz.seed", 1);
    private static final long MOST_HEAP_BYTES = 256 << 20;
    private static final long MOST_NANOS = 5_000_000_000L;
    /** Deflate's largest ratio: what a file may claim to hold. */
    private static final long LARGEST_RATIO = 1032;
    private static final byte[] FORTRAN =
            npy(1, "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }", floats(1, 2, 3, 4, 5, 6));

    /** What is damaged, and what is laid around it afterwards so that the damage gets past checksums and lengths. */
    private enum Target {
        NPZ_STORED(NpzTest.archive(ZipEntry.STORED), UnaryOperator.identity()),
        NPZ_DEFLATED(NpzTest.archive(ZipEntry.DEFLATED), UnaryOperator.identity()),
        NPY(FORTRAN, UnaryOperator.identity()),
        NPY_IN_NPZ(FORTRAN, array -> zip(ZipEntry.DEFLATED, ImmutableMap.of("a.npy", array))),
        SAFETENSORS(SafetensorsTest.file(), UnaryOperator.identity()),
        SAFETENSORS_HEADER(safetensorsHeader(), header -> safetensors(new String(header, StandardCharsets.ISO_8859_1),
                floats(1, 2, 3, 4))),
        CHECKPOINT(TorchCheckpointTest.file(), UnaryOperator.identity()),
        PICKLE(TorchCheckpointTest.pickle().bytes(), pickle -> zip(ZipEntry.STORED,
                ImmutableMap.of("a/data.pkl", pickle, "a/data/0", floats(1, 2, 3, 4, 5, 6))));

        private final byte[] seed;
        private final UnaryOperator<byte[]> wrap;

        Target(byte[] seed, UnaryOperator<byte[]> wrap) {
            this.seed = seed;
            this.wrap = wrap;
        }
    }

    private static byte[] safetensorsHeader() {
        return Arrays.copyOfRange(SafetensorsTest.file(), 8, SafetensorsTest.file().length - 16);
    }

    @ParameterizedTest
    @EnumSource
    void damagedFilesAreReadOrRefused(Target target) {
        var mutator = new Mutator(SEED);
        var others = List.of(Target.values());
        var read = 0;
        for (int i = 0; i < INPUTS; i++) {
            var file = target.wrap.apply(mutator.mutate(target.seed, others.get(i % others.size()).seed));
            read += readBounded(target, i, file) ? 1 : 0;
        }
        System.out.printf("fuzz %s: %d inputs from seed %d, %d read, %d refused%n", target, INPUTS, SEED, read, INPUTS - read);
        assertTrue(read < INPUTS, "no damage was seen");
    }

    private static boolean readBounded(Target target, int index, byte[] file) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var heapBefore = threads.getCurrentThreadAllocatedBytes();
        var started = threads.getCurrentThreadCpuTime();
        var read = false;
        try {
            read = readAll(file);
        } catch (RuntimeException | Error e) {
            fail("%s input %d of seed %d: %s".formatted(target, index, SEED, HexFormat.of().formatHex(file)), e);
        }
        var nanos = threads.getCurrentThreadCpuTime() - started;
        var heap = threads.getCurrentThreadAllocatedBytes() - heapBefore;
        assertTrue(nanos < MOST_NANOS && heap < MOST_HEAP_BYTES, () -> "%s input %d of seed %d took %d ms and %d bytes: %s"
                .formatted(target, index, SEED, nanos / 1_000_000, heap, HexFormat.of().formatHex(file)));
        return read;
    }

    private static boolean readAll(byte[] file) {
        try (var source = Fixtures.open(file)) {
            for (var name : source.names()) {
                var tensor = source.tensor(name);
                assertTrue(tensor.bytes().byteSize() <= LARGEST_RATIO * file.length);
                if (tensor.elements() > 0) {
                    tensor.at(tensor.elements() - 1);
                }
            }
            source.textNames().forEach(source::texts);
            return true;
        } catch (UserException e) {
            assertTrue(e.getMessage().startsWith("file `x` "), e.getMessage());
            return false;
        }
    }
}
