package pleat.cli.devices;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.Phases;
import pleat.cli.devices.PlanVerification.Report;
import pleat.cli.devices.PlanVerification.Sent;
import pleat.cli.saved.SavedPlan;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.plan.GpuCode;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.cuda.GpuRunner;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;
import pleat.runtime.io.TensorData;

/** The devices of a saved plan as logical devices of one emulated GPU. */
final class EmulatedDevices implements AutoCloseable {
    /** Warp instructions of one launch. */
    private static final long LIMIT = 10_000_000_000L;

    private final SavedPlan saved;
    private final CompileRequest request;
    private final WholeTensors tensors;
    private final EmulatedDevice device;
    private final GpuGroup group;

    private EmulatedDevices(SavedPlan saved, CompileRequest request, WholeTensors tensors, List<GpuGroup.Program> programs, int threads) {
        this.saved = saved;
        this.request = request;
        this.tensors = tensors;
        device = new EmulatedDevice(LIMIT, threads);
        group = new GpuGroup(programs, device);
    }

    /** @param threads that run blocks side by side */
    static EmulatedDevices prepare(SavedPlan saved, int threads, Consumer<String> note) {
        var request = PlanExecution.request(saved, threads, note);
        var modules = PlanExecution.modules(saved, PlanUse.AS_SAVED, request, Phases.quiet());
        var compiler = new GpuCompiler(request.options(), GpuTarget.SM_80, Phases.quiet());
        Map<String, GpuCode> codes = new LinkedHashMap<>();
        Function<TensorModule, GpuGroup.Program> compile = module -> {
            var plan = compiler.schedule(compiler.tiled(module, saved.work().gradients().chosen().ends()), saved.code().overlap());
            // Most devices have the same kernels.
            var code = codes.computeIfAbsent(plan.kernels().values().stream().map(KernelPrinter::print).collect(Collectors.joining()),
                    _ -> compiler.code(compiler.lower(plan)));
            return new GpuGroup.Program(compiler.place(plan, code.scratchBytes()), code);
        };
        return new EmulatedDevices(saved, request, new WholeTensors(modules, saved.code().storage()), modules.stream().map(compile).toList(), threads);
    }

    /** Runs all devices once and compares what they give with what one device gives. */
    Report verified(PlanExecution.Place place, long seed, Consumer<String> note) {
        var runners = ImmutableMap.<Integer, GpuRunner>builder();
        for (int rank = 0; rank < group.runners().size(); rank++) {
            runners.put(rank, group.runners().get(rank));
        }
        tensors.fill(runners.build(), whole -> PlanVerification.argument(whole, seed));
        group.run();
        var comparison = new PlanComparison(tensors, saved.code().storage(),
                PlanVerification.whole(request, tensors, new PlanVerification.Alone(place, seed, note)));
        var rows = tensors.outputs().keySet().stream().map(output -> comparison.row(output, parts(output))).toList();
        var expected = PlanVerification.expected(saved);
        long sent = group.runners().stream().mapToLong(runner -> runner.exchangeTimes().stream().mapToLong(ExchangeTime::sentBytes).sum()).max().orElse(0);
        boolean ok = rows.stream().allMatch(PlanComparison.Row::ok) && PlanVerification.isExpected(sent, expected);
        return new Report(saved.name(), saved.devices(), ok, true, rows, sent(), sent, expected);
    }

    private Stream<ExchangeTime> exchanges() {
        return group.runners().stream().flatMap(runner -> runner.exchangeTimes().stream());
    }

    private List<Sent> sent() {
        var bytes = new TreeMap<String, Long>();
        exchanges().forEach(exchange -> bytes.merge(exchange.what().split(" ", 2)[0], exchange.sentBytes(), Long::sum));
        return bytes.entrySet().stream().map(kind -> new Sent(kind.getKey(), kind.getValue(), kind.getValue(), true)).toList();
    }

    /** What every device has of an output, by rank. */
    private List<TensorData> parts(String output) {
        return group.runners().stream().map(runner -> runner.outputs().get(output)).toList();
    }

    @Override
    public void close() {
        group.close();
        device.close();
    }
}
