package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import pleat.cli.TemporaryFolder;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.OwnCode;
import pleat.cli.compile.Phases;
import pleat.codegen.HostTarget;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.passes.NamedValues;
import pleat.runtime.bundle.BundleCache;
import pleat.runtime.bundle.PlanBundle;
import pleat.runtime.collective.Routes;
import pleat.runtime.host.DeviceGroup;
import tools.jackson.databind.json.JsonMapper;

/** Compiles programs of devices: kernels that several of them have in the same words are compiled once, and found on disk the next time. */
public final class DeviceCompiler {
    private final NativeCompiler compiler;
    private final String key;
    private final boolean overlap;
    private final NamedValues ends;
    private final BundleCache cache;
    private final Phases phases;
    private final Map<String, Code> codes = new LinkedHashMap<>();

    /** Where code is kept, and who is told what takes how long, and what else a user should know. */
    public record Caching(BundleCache cache, Phases phases, Consumer<String> note) {}

    /** @param scratch says what one thread needs beside the buffers */
    private record Code(Path sharedObject, NativeCompiler.Code scratch) {}

    /**
     * @param overlap false: a device waits for each exchange as soon as it has started it
     * @param ends where stretches end that gradients compute again one at a time
     */
    public DeviceCompiler(NativeOptions options, boolean overlap, NamedValues ends, Caching caching) {
        var target = HostTarget.detect();
        this.compiler = new NativeCompiler(options, target, caching.phases());
        this.key = OwnCode.digest() + " " + target + " " + options.key();
        this.overlap = overlap;
        this.ends = ends;
        this.cache = caching.cache();
        this.phases = caching.phases();
    }

    /**
     * The program of each device of this process. What is sent lies as its readers want it if all devices come to the same, and else in the order of its
     * dims.
     *
     * @param agree whether devices of other processes came to the same as well: is given what this process has, in words
     */
    public ImmutableList<DeviceGroup.Program> compile(List<TensorModule> modules, Predicate<String> agree) {
        var tiled = modules.stream().map(module -> compiler.tiled(module, ends)).toList();
        var plans = tiled.stream().map(module -> compiler.schedule(module, overlap)).toList();
        var layouts = plans.stream().map(DeviceCompiler::exchanged).distinct().toList();
        boolean alike = agree.test(String.join("; ", layouts)) && layouts.size() == 1;
        return (alike ? plans : tiled.stream().map(module -> compiler.schedule(module, overlap, true)).toList()).stream().map(this::compile)
                .collect(ImmutableList.toImmutableList());
    }

    /** How what is sent lies in memory, in the order of the exchanges. */
    private static String exchanged(Plan plan) {
        return Routes.starts(plan.steps()).stream().map(start -> plan.buffers().get(start.from().buffer()).layout().toString()).collect(Collectors.joining(" "));
    }

    private DeviceGroup.Program compile(Plan plan) {
        var kernels = kernels(plan.kernels());
        var code = codes.computeIfAbsent(kernels, text -> code(plan, text));
        return new DeviceGroup.Program(compiler.place(plan, code.scratch()), code.sharedObject());
    }

    private static String kernels(ImmutableMap<String, pleat.ir.kernel.Kernel> kernels) {
        return kernels.values().stream().map(KernelPrinter::print).collect(Collectors.joining("\n"));
    }

    private Code code(Plan plan, String kernels) {
        var entry = Hashing.sha256().hashString("kernels of devices " + key + "\n" + kernels, StandardCharsets.UTF_8).toString();
        var found = phases.time("load", () -> cache.find(entry));
        var bundle = found.orElseGet(() -> compiled(entry, plan));
        long scratch = JsonMapper.shared().readTree(bundle.notes()).get("scratch_bytes").longValue();
        return new Code(bundle.sharedObject(), new NativeCompiler.Code(java.util.List.of(), scratch));
    }

    private PlanBundle compiled(String entry, Plan plan) {
        try (var folder = TemporaryFolder.create()) {
            var code = compiler.lower(plan);
            var sharedObject = folder.path().resolve("kernels.so");
            compiler.link(code, sharedObject);
            var notes = JsonMapper.shared().createObjectNode().put("scratch_bytes", code.scratchBytes());
            return cache.put(entry, new PlanBundle(compiler.place(plan, code), sharedObject, notes.toPrettyString() + "\n"));
        }
    }
}
