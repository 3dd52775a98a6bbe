package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.Preparation;
import pleat.cli.compile.Samples;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.cli.execute.On;
import pleat.cli.model.ModelRegistry;
import pleat.cli.saved.SavedPlan;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.hoist.KeepLimit;
import pleat.runtime.host.DeviceGroup;
import pleat.runtime.mpi.Launcher;
import pleat.runtime.mpi.MpiProcesses;
import pleat.runtime.process.Processes;
import pleat.runtime.process.StoreProcesses;

/** A saved plan from its text to devices that are ready to run: sources, passes, the programs of the devices, code, arenas. */
public final class PlanExecution implements AutoCloseable {
    private final SavedPlan saved;
    private final WholeTensors tensors;
    private final CompileRequest request;
    private final Ensemble ensemble;

    private PlanExecution(SavedPlan saved, WholeTensors tensors, CompileRequest request, Ensemble ensemble) {
        this.saved = saved;
        this.tensors = tensors;
        this.request = request;
        this.ensemble = ensemble;
    }

    /**
     * Where and how a plan is run.
     *
     * @param threads of each device
     * @param cache of compiled code
     * @param launcher empty: all devices are in this process
     */
    public record Place(int threads, Path cache, Optional<Launcher> launcher, Hardware hardware) {
        public Place(int threads, Path cache, Optional<Launcher> launcher) {
            this(threads, cache, launcher, Hardware.CPU);
        }

        /** Threads that each device gets where nothing else is said: its share of the processors. */
        public static int share(int devices) {
            return Math.max(1, Runtime.getRuntime().availableProcessors() / devices);
        }

        /** The same; logical devices of one GPU have the emulator's threads together. */
        public static int share(int devices, Hardware hardware) {
            return share(hardware.on().isGpu() ? 1 : devices);
        }
    }

    /** @param note takes lines that a user should see beside the result */
    public static PlanExecution prepare(SavedPlan saved, Place place, Phases phases, Consumer<String> note) {
        return prepare(saved, PlanUse.AS_SAVED, place, phases, note);
    }

    /** @param use what is done with the plan's module */
    public static PlanExecution prepare(SavedPlan saved, PlanUse use, Place place, Phases phases, Consumer<String> note) {
        place.launcher().filter(launcher -> launcher.size() != saved.devices()).ifPresent(launcher -> {
            throw new UserException("the plan is for %d devices, and %s started %d processes\n  = help: start %d".formatted(saved.devices(),
                    launcher.name(), launcher.size(), saved.devices()));
        });
        var request = request(saved, place.threads(), note);
        var caching = new DeviceCompiler.Caching(ModelCache.bundles(place.cache(), note), phases, note);
        if (place.hardware().on().isGpu()) {
            return onGpu(saved, use, place, request, caching);
        }
        // Before the work: processes with other plans are to know it at once.
        var processes = place.launcher().map(launcher -> agreed(launcher, use.name(saved)));
        return together(processes, () -> {
            var modules = modules(saved, use, request, phases);
            var compiler = new DeviceCompiler(request.options(), saved.code().overlap(), saved.work().gradients().chosen().ends(), caching);
            var tensors = new WholeTensors(modules, saved.code().storage());
            Ensemble ensemble = processes.<Ensemble>map(all -> new ProcessEnsemble(all, tensors, use.name(saved),
                    compiler.compile(List.of(modules.get(all.rank())), layouts -> agree(all, layouts)).getFirst(), place.threads()))
                    .orElseGet(() -> new ThreadEnsemble(use.name(saved), compiler.compile(modules, _ -> true), place.threads()));
            return new PlanExecution(saved, tensors, request, ensemble);
        });
    }

    /** What fails while devices are made ready is told to the other processes, which wait for this one. */
    private static <T> T together(Optional<? extends Processes> processes, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            processes.ifPresent(all -> OneOfMany.fail(all, failure));
            throw failure;
        }
    }

    /** All devices on one GPU, or one of them on that of this process. */
    private static PlanExecution onGpu(SavedPlan saved, PlanUse use, Place place, CompileRequest request, DeviceCompiler.Caching caching) {
        var processes = place.launcher().map(launcher -> met(launcher, place.hardware(), use.name(saved)));
        // Also where this process has no GPU.
        return together(processes, () -> {
            var gpu = Gpu.open(place.hardware(), place.threads(), System.getenv());
            try {
                var modules = modules(saved, use, request, caching.phases());
                var tensors = new WholeTensors(modules, saved.code().storage());
                var compiler = new GpuPrograms(request.options(), gpu.target(), saved, caching);
                boolean graph = place.hardware().graph();
                Ensemble ensemble = processes.<Ensemble>map(all -> new GpuProcessEnsemble(all, tensors, gpu,
                        gpu.among(all, compiler.compile(List.of(modules.get(all.rank()))).getFirst()), graph))
                        .orElseGet(() -> new GpuEnsemble(compiler.compile(modules), gpu, graph, caching.note()));
                return new PlanExecution(saved, tensors, request, ensemble);
            } catch (RuntimeException failure) {
                gpu.close();
                throw failure;
            }
        });
    }

    /** Processes find each other where torchrun says, or Slurm's user, and else by Open MPI. */
    private static Processes met(Launcher launcher, Hardware hardware, String name) {
        if (hardware.on() == On.EMULATOR) {
            throw new UserException("%s started %d processes, and the emulated GPU is in one\n  = help: start it without a launcher".formatted(launcher.name(),
                    launcher.size()));
        }
        boolean hasStore = StoreProcesses.isNamedIn(System.getenv()) && !launcher.name().equals(Launcher.OPEN_MPI);
        Processes processes = hasStore ? StoreProcesses.join(launcher, System.getenv()) : MpiProcesses.start(launcher);
        processes.agreeOn(name);
        return processes;
    }

    private static MpiProcesses agreed(Launcher launcher, String name) {
        var processes = MpiProcesses.start(launcher);
        processes.agreeOn(name);
        return processes;
    }

    private static boolean agree(MpiProcesses all, String layouts) {
        return all.tell(Hashing.sha256().hashString(layouts, StandardCharsets.UTF_8).toString()).stream().distinct().count() == 1;
    }

    /** The programs of the devices. */
    static ImmutableList<TensorModule> modules(SavedPlan saved, PlanUse use, CompileRequest request, Phases phases) {
        Supplier<ImmutableList<TensorModule>> work = () -> {
            var models = new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
            var forward = Preparation.forward(models.source(request.model().open()), request.options());
            var spread = use.before(new PlanUse.Spread(saved.whole(forward), saved.shards()));
            return use.after(DeviceModules.of(spread.module(), spread.shards(), saved.work().gradients(), request.options()));
        };
        return phases.time("passes", work);
    }

    /** What one device would compile to compute the same. */
    static CompileRequest request(SavedPlan saved, int threads, Consumer<String> note) {
        var work = saved.work();
        var values = new LinkedHashMap<String, ConfigValue>();
        work.values().forEach((name, text) -> values.put(name, ConfigValue.parse(text).orElseThrow(() -> new UserException(
                "the plan sets `" + name + "` to `" + text + "`, which is neither a number nor true or false"))));
        var code = saved.code();
        var options = new NativeOptions(threads, code.storage(), code.fuse(), code.windows(), code.hoist() ? Optional.of(KeepLimit.DEFAULT) : Optional.empty(),
                OptionalLong.empty());
        var model = ModelReference.parse(work.model(), ModelRegistry.load(), note);
        // What devices keep has the names of their own programs; one device computes everything again.
        return new CompileRequest(model, Samples.request(model, ImmutableMap.copyOf(values), work.batch()), Gradients.of(work.gradients().patterns()), options,
                OptionalLong.empty());
    }

    public SavedPlan saved() {
        return saved;
    }

    public WholeTensors tensors() {
        return tensors;
    }

    public Ensemble ensemble() {
        return ensemble;
    }

    /** What one device would compile to compute the same. */
    public CompileRequest single() {
        return request;
    }

    /** Runs until nothing is left to do; what fails here is told to the other processes. */
    public <T> T together(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            ensemble.fail(failure);
            throw failure;
        }
    }

    /** By rank, of the devices of this process. */
    public Map<Integer, DeviceReport.OfDevice> devices() {
        var reports = new LinkedHashMap<Integer, DeviceReport.OfDevice>();
        ensemble.runners().forEach((rank, runner) -> reports.put(rank, DeviceReport.OfDevice.of(rank, runner)));
        return reports;
    }

    @Override
    public void close() {
        ensemble.close();
    }
}
