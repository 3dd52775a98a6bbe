package pleat.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Layout.Part;
import pleat.ir.kernel.Layout.Piece;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.runtime.host.LayoutCodec;

/** The program of a bundle makes the inputs that Java makes, to the last bit, in every layout and type. */
final class RunnerInputsTest {
    private static final long SEED = 7;

    @TempDir
    private Path directory;

    private long offset;

    @Test
    void itsInputsAreThoseOfJava() throws IOException, InterruptedException {
        var runner = CompiledRunner.in(directory);
        if (runner.isEmpty()) {
            return;
        }
        var buffers = buffers();
        var manifest = new ArrayList<>(List.of("pleat-cuda 3", "model m", "target sm_80", "dtype f32", "arena " + offset, "flops 0"));
        buffers.forEach(buffer -> manifest.add(GivenLines.line(buffer, SEED)));
        manifest.add("end");
        Files.write(directory.resolve("manifest.txt"), manifest);
        var wanted = new StringBuilder();
        buffers.forEach(buffer -> wanted.append("%016x %s%n".formatted(hash(buffer), buffer.place().external())));
        assertEquals(wanted.toString(), runner.get().run(Map.of(), "--inputs").text());
    }

    private List<Plan.Buffer> buffers() {
        var all = new ArrayList<Plan.Buffer>();
        for (DType dtype : DType.values()) {
            all.add(buffer(Kind.INPUT, dtype, "x" + dtype.text(), Layout.rowMajor(3), 7, 31, 5));
        }
        var panels = new Layout(ImmutableList.of(new Piece(0, new Part.Outer(4)), new Piece(1, new Part.Whole()), new Piece(0, new Part.Inner(4))));
        var roomy = new Layout(ImmutableList.of(new Piece(0, new Part.Whole()), new Piece(1, new Part.Padded(40))));
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
            all.add(buffer(Kind.INPUT, dtype, "mask" + dtype.text(), Layout.rowMajor(2), 9, 33));
            all.add(buffer(Kind.WEIGHT, dtype, "norm" + dtype.text() + ".weight", Layout.rowMajor(1), 1000));
            all.add(buffer(Kind.WEIGHT, dtype, "layers.{block}." + dtype.text() + ".bias", Layout.rowMajor(2), 3, 100));
            all.add(buffer(Kind.WEIGHT, dtype, "turned." + dtype.text() + ".weight", Layout.ofOrder(List.of(1, 0)), 31, 33));
            all.add(buffer(Kind.WEIGHT, dtype, "panels." + dtype.text() + ".weight", panels, 31, 33));
            all.add(buffer(Kind.COTANGENT, dtype, "roomy" + dtype.text(), roomy, 31, 33));
            all.add(buffer(Kind.STATE, dtype, "scalar" + dtype.text(), Layout.rowMajor(0)));
        }
        return all;
    }

    private Plan.Buffer buffer(Kind kind, DType dtype, String name, Layout layout, long... shape) {
        long bytes = layout.storage(shape) * dtype.bytes();
        offset += bytes;
        return new Plan.Buffer(name, TensorType.of(dtype, shape), layout, new Plan.Place(kind, name, offset - bytes, bytes));
    }

    /** FNV-1a of what would be uploaded. */
    private static long hash(Plan.Buffer buffer) {
        try (var arena = Arena.ofConfined()) {
            var values = SyntheticTensors.of(buffer, SEED);
            var rowMajor = arena.allocate(buffer.type().bytes());
            values.copyTo(rowMajor, buffer.type().dtype());
            MemorySegment stored = arena.allocate(buffer.place().bytes()).fill((byte) -1);
            LayoutCodec.pack(buffer.type(), buffer.layout(), rowMajor, stored);
            long hash = 0xcbf29ce484222325L;
            for (byte b : stored.toArray(ValueLayout.JAVA_BYTE)) {
                hash = (hash ^ Byte.toUnsignedLong(b)) * 0x100000001b3L;
            }
            return hash;
        }
    }
}
