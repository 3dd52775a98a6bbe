package pleat.cli.devices;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.Phases;
import pleat.cli.execute.Arguments;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlan;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.type.DType;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** One plan, run and compared with the program of one device. */
final class PlanVerification {
    private static final int MOVED_RUNS = 4;
    /** Of the size of a weight. */
    private static final double MOVED = Math.scalb(1.0, -20);

    /** Of a process that does not compare. */
    private static final PlanComparison.Whole NOTHING = new PlanComparison.Whole(Map.of(), List.of());

    private final PlanExecution execution;
    private final PlanExecution.Place place;
    private final long seed;
    private final Consumer<String> note;
    private final Long expectedSentBytes;

    /** @throws UserException if the plan says of what it sends what cannot be compared */
    PlanVerification(PlanExecution execution, PlanExecution.Place place, long seed, Consumer<String> note) {
        this.execution = execution;
        this.place = place;
        this.seed = seed;
        this.note = note;
        this.expectedSentBytes = expected(execution.saved());
    }

    /**
     * What `--json` prints.
     *
     * @param isFirst whether this process speaks for all
     * @param exchanges of the devices of this process
     * @param sentBytes of the device that sends most
     * @param expectedSentBytes what the search said of it; null if the plan does not say
     */
    record Report(String plan, int devices, boolean ok, @JsonIgnore boolean isFirst, List<PlanComparison.Row> tensors, List<Sent> exchanges, long sentBytes,
            Long expectedSentBytes) {}

    /** All exchanges of a kind, over all devices of this process, in one run. */
    record Sent(String kind, long plannedBytes, long sentBytes, boolean ok) {}

    Report report() {
        var ensemble = execution.ensemble();
        execution.tensors().fill(ensemble.runners(), this::argument);
        ensemble.run();
        var rows = rows();
        var exchanges = exchanges();
        long sent = SavedRun.devices(execution).stream().mapToLong(device -> device.exchanges().sentBytes()).max().orElse(0);
        boolean ok = rows.stream().allMatch(PlanComparison.Row::ok) && exchanges.stream().allMatch(Sent::ok) && isExpected(sent, expectedSentBytes);
        boolean everywhere = ensemble.tell(ok ? "ok" : "differs").stream().allMatch("ok"::equals);
        return new Report(execution.saved().name(), execution.saved().devices(), everywhere, ensemble.isFirst(), rows, exchanges, sent, expectedSentBytes);
    }

    /** What the search said that the device sends which sends most; null if the plan does not say. */
    static Long expected(SavedPlan saved) {
        var expected = saved.facts().get("sent_bytes");
        if (expected != null && !expected.matches("\\d{1,18}")) {
            throw new UserException("the plan says `fact sent_bytes = " + expected + "`, and that is no number of bytes");
        }
        return expected == null ? null : Long.valueOf(expected);
    }

    static boolean isExpected(long sent, Long expected) {
        return expected == null || expected == sent;
    }

    private List<Sent> exchanges() {
        var planned = new TreeMap<String, Long>();
        var sent = new TreeMap<String, Long>();
        execution.devices().values().forEach(device -> device.exchanges().steps().forEach(step -> {
            var kind = step.what().split(" ", 2)[0];
            planned.merge(kind, step.plannedBytes(), Long::sum);
            sent.merge(kind, step.sentBytes(), Long::sum);
        }));
        return planned.keySet().stream().map(kind -> new Sent(kind, planned.get(kind), sent.get(kind), planned.get(kind).equals(sent.get(kind)))).toList();
    }

    private TensorData argument(Plan.Buffer whole) {
        return argument(whole, seed);
    }

    static TensorData argument(Plan.Buffer whole, long seed) {
        return SyntheticTensors.of(whole, seed);
    }

    private List<PlanComparison.Row> rows() {
        var ensemble = execution.ensemble();
        var alone = new Alone(place, seed, note);
        var whole = ensemble.isFirst() ? whole(execution.single(), execution.tensors(), alone) : NOTHING;
        var rows = rows(whole);
        boolean isFar = execution.saved().code().storage() == DType.F32 && !rows.stream().allMatch(PlanComparison.Row::ok);
        if (!ensemble.tell(isFar ? "far" : "near").contains("far")) {
            return rows;
        }
        return rows(ensemble.isFirst() ? new PlanComparison.Whole(whole.expected(), moved(execution.single(), execution.tensors(), alone)) : NOTHING);
    }

    private List<PlanComparison.Row> rows(PlanComparison.Whole whole) {
        var ensemble = execution.ensemble();
        var comparison = new PlanComparison(execution.tensors(), execution.saved().code().storage(), whole);
        var rows = new ArrayList<PlanComparison.Row>();
        for (String output : execution.tensors().outputs().keySet()) {
            var parts = ensemble.parts(output);
            if (ensemble.isFirst()) {
                rows.add(comparison.row(output, parts));
            }
        }
        return rows;
    }

    /** How the program of one device is run. */
    record Alone(PlanExecution.Place place, long seed, Consumer<String> note) {
        TensorData argument(Plan.Buffer whole) {
            return PlanVerification.argument(whole, seed);
        }
    }

    /** What one device gives, twice if numbers are stored in less than 32 bits. */
    static PlanComparison.Whole whole(CompileRequest request, WholeTensors tensors, Alone how) {
        var expected = single(request, tensors, how, how::argument);
        return new PlanComparison.Whole(expected,
                request.options().storage() == DType.F32 ? List.of() : List.of(single(request.withStorage(DType.F32), tensors, how, how::argument)));
    }

    /** What one device gives with weights that differ in the last places. See Note [Numbers that rounding moves far] in PlanComparison. */
    private static List<Map<String, TensorData>> moved(CompileRequest request, WholeTensors tensors, Alone how) {
        return IntStream.range(0, MOVED_RUNS).mapToObj(run -> single(request, tensors, how, buffer -> moved(buffer, how.argument(buffer), run))).toList();
    }

    private static TensorData moved(Plan.Buffer buffer, TensorData tensor, int run) {
        if (buffer.place().kind() != Plan.Kind.WEIGHT) {
            return tensor;
        }
        var random = new SplittableRandom(run + buffer.place().external().hashCode());
        double[] values = tensor.toDoubles();
        var moved = new float[values.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (values[i] * (1 + MOVED * (2 * random.nextDouble() - 1)));
        }
        return TensorData.ofFloats(moved, buffer.type().shape());
    }

    private static Map<String, TensorData> single(CompileRequest request, WholeTensors tensors, Alone how, Function<Plan.Buffer, TensorData> argument) {
        var model = ModelCache.in(how.place().cache(), how.note()).get(request, HostTarget.detect(), Phases.quiet()).model();
        var wholes = new LinkedHashMap<String, Plan.Buffer>();
        tensors.arguments().buffers().stream().filter(buffer -> buffer.place().kind() != Plan.Kind.OUTPUT)
                .forEach(buffer -> wholes.put(Arguments.key(buffer), buffer));
        try (var runner = new PlanRunner(model.plan(), model.sharedObject(), how.place().threads())) {
            for (Plan.Buffer wanted : runner.wanted()) {
                var tensor = argument.apply(wholes.get(Arguments.key(wanted)));
                runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
            }
            runner.run();
            return runner.outputs();
        }
    }
}
