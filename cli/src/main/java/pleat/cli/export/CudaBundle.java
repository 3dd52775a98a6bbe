package pleat.cli.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.KernelWork;
import pleat.cli.profile.KernelCounts;
import pleat.codegen.gpu.KernelFamily;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.runtime.io.AtomicFile;
import pleat.runtime.io.TensorData;

/** A folder with all that a machine needs to run, check and time a plan on a GPU: no Java, no Pleat. */
final class CudaBundle {
    /** The sources of the program that runs a bundle; the first is compiled. */
    static final List<String> RUNNER = List.of("runner.cpp", "bundle.h", "checks.h", "driver.h", "tensors.h", "timing.h");

    /** What a bundle has a number of: an older one in the same folder may have had more, or what an assembler made that is not here now. */
    private static final Pattern WRITTEN = Pattern.compile("k\\d+\\.(ptx|cubin)|expected\\d+\\.bin");

    /** Of a tensor's largest element: the order of sums is another, and values stored in 16 bits round otherwise. */
    private static final double F32_TOLERANCE = 1e-4;
    private static final double BF16_TOLERANCE = 4e-2;

    /**
     * What launches were seen to do.
     *
     * @param counts of all launches of a kernel in a step, by kernel
     */
    record Launched(LaunchSums sums, Map<String, KernelCounts> counts) {}

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
     * @param seed of the values of what has to be given
     * @param expected outputs by external name; those that are not there are not checked
     * @param results what launches write, and what they do
     */
    void write(long seed, Map<String, TensorData> expected, Launched results) {
        var plan = compiled.plan();
        makeRoom();
        RUNNER.forEach(this::resource);
        manifest.add("pleat-cuda 3");
        manifest.add("model " + model);
        manifest.add("target " + compiled.code().target());
        manifest.add("dtype " + storage.text());
        manifest.add("arena " + plan.arena().bytes());
        manifest.add("flops " + KernelWork.launches(plan).entrySet().stream().mapToLong(e -> e.getValue() * KernelWork.flops(plan.kernels().get(e.getKey()))).sum());
        texts();
        kernels(results.counts());
        manifest.addAll(GivenLines.of(plan, seed));
        expected(expected);
        manifest.addAll(LaunchList.of(compiled, results.sums()));
        manifest.add("end");
        text("manifest.txt", String.join("\n", manifest) + "\n");
    }

    /** The manifest goes first and comes last: without it nothing runs what is half of an older bundle. */
    private void makeRoom() {
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(folder.resolve("manifest.txt"));
            try (var files = Files.list(folder)) {
                for (Path old : files.filter(file -> WRITTEN.matcher(file.getFileName().toString()).matches()).toList()) {
                    Files.delete(old);
                }
            }
        } catch (IOException failure) {
            throw new UserException("folder `" + folder + "` cannot be written to: " + failure.getMessage(), failure);
        }
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

    private void kernels(Map<String, KernelCounts> counts) {
        var numbers = new ArrayList<>(compiled.plan().kernels().keySet());
        compiled.plan().kernels().forEach((name, kernel) -> {
            var how = compiled.code().kernels().get(name);
            manifest.add("kernel %d %d %d %d %d %s %s".formatted(how.text(), how.grid(), how.block(), how.memory().sharedBytes(), KernelWork.flops(kernel),
                    how.entry(), name));
            how.maps().forEach(map -> manifest.add("map %d %d %d %s %s".formatted(numbers.indexOf(name), map.argument(), map.offsetBytes(), map.type().text(),
                    map.dims().stream().map(dim -> dim.size() + " " + dim.strideBytes() + " " + dim.box()).collect(Collectors.joining(" ")))));
        });
        counts.forEach((name, of) -> manifest.add("work %d %d %d %s".formatted(numbers.indexOf(name), of.work().warpInstructions(), of.work().productFlops(),
                KernelFamily.of(compiled.plan().kernels().get(name), GpuModel.target(compiled.code().target())).text())));
    }

    private void expected(Map<String, TensorData> values) {
        double tolerance = storage == DType.F32 ? F32_TOLERANCE : BF16_TOLERANCE;
        int number = 0;
        for (Plan.Buffer buffer : compiled.plan().buffers()) {
            if (buffer.place().kind() == Kind.OUTPUT && values.containsKey(buffer.place().external())) {
                var output = new ExpectedOutput(buffer, values.get(buffer.place().external()));
                var file = "expected%d.bin".formatted(number++);
                var sample = output.sample();
                write(file, TensorData.ofFloats(sample, sample.length).bytes());
                manifest.addAll(output.lines(tolerance, file));
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
