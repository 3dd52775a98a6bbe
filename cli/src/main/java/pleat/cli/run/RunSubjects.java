package pleat.cli.run;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.ModelBundle;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;

/** Compiles models for what they are run on; native code is found on disk the next time. */
final class RunSubjects implements AutoCloseable {
    private final RequestOptions options;
    private final Hardware hardware;
    private final Phases phases;
    private final Consumer<String> note;
    private final HostTarget target = HostTarget.detect();
    private final Optional<Gpu> gpu;

    /** @param note takes lines that a user should see beside the result */
    RunSubjects(RequestOptions options, Hardware hardware, Phases phases, Consumer<String> note) {
        this.options = options;
        this.hardware = hardware;
        this.phases = phases;
        this.note = note;
        gpu = hardware.on().isGpu() ? Optional.of(Gpu.open(hardware, RequestOptions.checkedThreads(options.threads()), System.getenv())) : Optional.empty();
    }

    /** @param wasCompiled false if it came from disk */
    record Ready(RunSubject subject, boolean wasCompiled) {}

    Ready of(CompileRequest request) {
        if (gpu.isPresent()) {
            var model = GpuModel.of(request, gpu.get().target(), options.earlier(note), phases);
            model.warnings().forEach(note);
            return new Ready(RunSubject.of(model, gpu.get(), hardware, options.threads()), true);
        }
        var entry = options.cache(note).get(request, target, phases);
        entry.model().warnings().forEach(note);
        return new Ready(RunSubject.of(entry.model(), options.threads()), !entry.isWarm());
    }

    Ready bundle(Path folder) {
        if (gpu.isPresent()) {
            throw new UserException("bundle `" + folder + "` has native code, and --on wants that of a GPU\n  = help: name the model instead");
        }
        var model = phases.time("load", () -> ModelBundle.open(folder, target));
        int planned = model.facts().options().threads();
        int threads = options.givenThreads().orElse(planned);
        if (threads < 1 || threads > planned) {
            throw new UserException("--threads is " + threads + ", and bundle `" + folder + "` was compiled for 1 to " + planned
                    + "\n  = help: compile it with --threads " + Math.max(1, threads));
        }
        return new Ready(RunSubject.of(model, threads), false);
    }

    @Override
    public void close() {
        gpu.ifPresent(open -> {
            open.choices().forEach(note);
            open.close();
        });
    }
}
