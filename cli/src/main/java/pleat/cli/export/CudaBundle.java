package pleat.cli.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.cli.compile.KernelWork;
import pleat.cli.execute.Arguments;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.runtime.host.HostMemory;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.AtomicFile;
import pleat.runtime.io.TensorData;

/** A folder with all that a machine needs to run, check and time a plan on a GPU: no Java, no Pleat. */
final class CudaBundle {
    /** Of a tensor's largest element: the order of sums is another, and values stored in 16 bits round otherwise. */
    private static final double F32_TOLERANCE = 1e-4;
    private static final double BF16_TOLERANCE = 4e-2;

    private final String model;
    private final Compiled compiled;
    private final DType storage;
    private final Path folder;
    private final List<String> manifest = new ArrayList<>();

    CudaBundle(String model, Compiled compiled, DType storage, Path folder) {
        this.model = model;
        this.compiled = compiled;
        this.storage = storage;
        this.folder = folder;
    }

    /**
     * Writes everything.
     *
     * @param given values of what has to be given, by {@link Arguments#key}
     * @param expected outputs by external name; those that are not there are not checked
     * @param sums what launches write
     */
    void write(Map<String, TensorData> given, Map<String, TensorData> expected, LaunchSums sums) {
        var plan = compiled.plan();
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UserException("folder " + folder + " cannot be made: " + failure.getMessage(), failure);
        }
        manifest.add("pleat-cuda 1");
        manifest.add("model " + model);
        manifest.add("target " + compiled.code().target());
        manifest.add("dtype " + storage.text());
        manifest.add("arena " + plan.arena().bytes());
        manifest.add("flops " + KernelWork.launches(plan).entrySet().stream().mapToLong(e -> e.getValue() * KernelWork.flops(plan.kernels().get(e.getKey()))).sum());
        texts();
        kernels();
        int number = 0;
        for (Plan.Buffer buffer : plan.buffers()) {
            if (buffer.place().kind().isGiven()) {
                given(buffer, given.get(Arguments.key(buffer)), "given%d.bin".formatted(number++));
            }
        }
        number = 0;
        for (Plan.Buffer buffer : plan.buffers()) {
            if (buffer.place().kind() == Kind.OUTPUT && expected.containsKey(buffer.place().external())) {
                expected(buffer, expected.get(buffer.place().external()), "expected%d.bin".formatted(number++));
            }
        }
        manifest.addAll(LaunchList.of(compiled, sums));
        text("manifest.txt", String.join("\n", manifest) + "\n");
        resource("runner.cpp");
    }

    private void texts() {
        var ptxas = Ptxas.find();
        var texts = compiled.code().texts();
        for (int t = 0; t < texts.size(); t++) {
            var name = "k%d.ptx".formatted(t);
            text(name, texts.get(t));
            manifest.add("text " + name);
            ptxas.ifPresent(assembler -> assembler.assemble(compiled.code().target(), folder.resolve(name)));
        }
    }

    private void kernels() {
        compiled.plan().kernels().forEach((name, kernel) -> {
            var how = compiled.code().kernels().get(name);
            manifest.add("kernel %d %d %d %d %d %s %s".formatted(how.text(), how.grid(), how.block(), how.memory().sharedBytes(), KernelWork.flops(kernel),
                    how.entry(), name));
        });
    }

    private void given(Plan.Buffer buffer, TensorData value, String file) {
        try (var arena = Arena.ofShared()) {
            write(file, stored(buffer, value, arena));
        }
        manifest.add("given %d %d %s %s".formatted(buffer.place().offset(), buffer.place().bytes(), file, buffer.place().external()));
    }

    private void expected(Plan.Buffer buffer, TensorData value, String file) {
        try (var arena = Arena.ofShared()) {
            var bytes = stored(buffer, value, arena);
            if (!buffer.layout().isStrided()) {
                markPadding(buffer, bytes, arena);
            }
            write(file, bytes);
        }
        double tolerance = storage == DType.F32 ? F32_TOLERANCE : BF16_TOLERANCE;
        manifest.add("expected %d %d %s %s %s %s".formatted(buffer.place().offset(), buffer.place().bytes(), buffer.type().dtype().text(), tolerance, file,
                buffer.place().external()));
    }

    /** A tensor as the plan lays it; what no element lies in has all bits set, which is no number. */
    private static MemorySegment stored(Plan.Buffer buffer, TensorData value, Arena arena) {
        var rowMajor = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", arena);
        value.copyTo(rowMajor, buffer.type().dtype());
        var stored = HostMemory.allocate(buffer.place().bytes(), "`" + buffer.place().external() + "`", arena);
        stored.fill((byte) -1);
        if (buffer.layout().isRowMajor()) {
            MemorySegment.copy(rowMajor, 0, stored, 0, rowMajor.byteSize());
        } else {
            LayoutCodec.pack(buffer.type(), buffer.layout(), rowMajor, stored);
        }
        return stored;
    }

    /** Padding of split dims is packed as zeros: where ones leave a zero there is no element. */
    private static void markPadding(Plan.Buffer buffer, MemorySegment bytes, Arena arena) {
        var ones = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", arena).fill((byte) 1);
        var there = HostMemory.allocate(buffer.place().bytes(), "`" + buffer.place().external() + "`", arena);
        LayoutCodec.pack(buffer.type(), buffer.layout(), ones, there);
        for (long i = 0; i < bytes.byteSize(); i++) {
            if (there.get(ValueLayout.JAVA_BYTE, i) == 0) {
                bytes.set(ValueLayout.JAVA_BYTE, i, (byte) -1);
            }
        }
    }

    private void write(String file, MemorySegment bytes) {
        AtomicFile.write(folder.resolve(file), channel -> {
            for (long at = 0; at < bytes.byteSize();) {
                at += channel.write(bytes.asSlice(at, Math.min(1 << 30, bytes.byteSize() - at)).asByteBuffer());
            }
        });
    }

    private void text(String file, String text) {
        write(file, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void resource(String name) {
        try (InputStream in = CudaBundle.class.getResourceAsStream(name)) {
            text(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
