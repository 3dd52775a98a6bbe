package pleat.cli.devices;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;

/** One plan, run and compared with the program of one device. */
final class PlanVerification {
    /** Of weights in less than 32 bits: rounding moves what small ones compute less. See Note [Narrow storage] in PlanComparison. */
    private static final double NARROW_WIDTH = 0.25;

    private final PlanExecution execution;
    private final OneDevice device;
    private final long seed;
    private final Consumer<String> note;
    private final Long expectedSentBytes;

    /** @throws UserException if the plan says of what it sends what cannot be compared */
    PlanVerification(PlanExecution execution, PlanExecution.Place place, long seed, Consumer<String> note) {
        this.execution = execution;
        this.device = new OneDevice(execution, place, note);
        this.seed = seed;
        this.note = note;
        this.expectedSentBytes = expected(execution.saved());
    }

    /**
     * What `--json` prints.
     *
     * @param isFirst whether this process speaks for all
     * @param numbers that everything was compared with
     * @param exchanges of the devices of this process
     * @param sentBytes of the device that sends most
     * @param expectedSentBytes what the search said of it; null if the plan does not say
     */
    record Report(String plan, int devices, boolean ok, @JsonIgnore boolean isFirst, Numbers numbers, List<PlanComparison.Row> tensors, List<Sent> exchanges,
            long sentBytes, Long expectedSentBytes) {}

    private record Compared(Numbers numbers, List<PlanComparison.Row> rows) {}

    /** All exchanges of a kind, over all devices of this process, in one run. */
    record Sent(String kind, long plannedBytes, long sentBytes, boolean ok) {}

    Report report() {
        var ensemble = execution.ensemble();
        var compared = compared();
        var rows = compared.rows();
        var exchanges = exchanges();
        long sent = SavedRun.devices(execution).stream().mapToLong(device -> device.exchanges().sentBytes()).max().orElseThrow();
        boolean ok = rows.stream().allMatch(PlanComparison.Row::ok) && exchanges.stream().allMatch(Sent::ok) && isExpected(sent, expectedSentBytes);
        boolean everywhere = ensemble.tell(ok ? "ok" : "differs").stream().allMatch("ok"::equals);
        return new Report(execution.saved().name(), execution.saved().devices(), everywhere, ensemble.isFirst(), compared.numbers(), rows, exchanges, sent, expectedSentBytes);
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

    private void run(Numbers numbers) {
        execution.tensors().fill(execution.ensemble().runners(), numbers::of);
        execution.ensemble().run();
    }

    /** With the given seed; where what differs may be rounding, with numbers that rounding moves little. */
    private Compared compared() {
        var ensemble = execution.ensemble();
        var given = new Numbers(seed, device.storage() == DType.F32 ? 1 : NARROW_WIDTH);
        run(given);
        var rows = rows(() -> whole(given));
        boolean isFar = device.storage() == DType.F32 && !rows.stream().allMatch(PlanComparison.Row::ok)
                && rows.stream().allMatch(row -> row.difference() <= PlanComparison.MOST_OF_F32);
        if (!ensemble.tell(isFar ? "far" : "near").contains("far")) {
            return new Compared(given, rows);
        }
        var found = ensemble.isFirst() ? Optional.of(SteadyNumbers.from(seed, device)) : Optional.<SteadyNumbers.Found>empty();
        found.filter(numbers -> !numbers.isSteady()).ifPresent(_ -> note.accept(
                "no numbers were found that rounding does not move: a fault within the tolerance does not show"));
        var steady = Numbers.parse(ensemble.tell(found.map(numbers -> numbers.numbers().text()).orElse("")).getFirst());
        run(steady);
        return new Compared(steady, rows(() -> found.orElseThrow().whole()));
    }

    /** @param whole what one device gives; asked for in the process that compares */
    private List<PlanComparison.Row> rows(Supplier<PlanComparison.Whole> whole) {
        var ensemble = execution.ensemble();
        var comparison = ensemble.isFirst() ? Optional.of(new PlanComparison(execution.tensors(), whole.get())) : Optional.<PlanComparison>empty();
        var rows = new ArrayList<PlanComparison.Row>();
        for (String output : execution.tensors().outputs().keySet()) {
            var parts = ensemble.parts(output);
            comparison.ifPresent(with -> rows.add(with.row(output, parts)));
        }
        return rows;
    }

    /** What one device gives; stored in less than 32 bits, with other roundings too. */
    private PlanComparison.Whole whole(Numbers numbers) {
        var whole = new PlanComparison.Whole(device.storage(), device.outputs(numbers), List.of());
        return device.storage() == DType.F32 ? whole : SteadyNumbers.withMoved(whole.and(device.inF32(numbers)), numbers, device);
    }
}
