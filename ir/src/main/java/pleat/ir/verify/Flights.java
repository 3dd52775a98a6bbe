package pleat.ir.verify;

import com.google.common.collect.Range;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/** The exchanges that are under way at one point of a run, by the bytes of the arena that they read and write. */
final class Flights {
    private record Flight(Step.Start start, List<Range<Long>> sent, List<Range<Long>> received) {}

    private record Reported(Step step, int flight) {}

    private final Plan plan;
    private final Findings findings;
    private final Map<Integer, Flight> open = new LinkedHashMap<>();
    private final Set<Reported> reported = new HashSet<>();

    Flights(Plan plan, Findings findings) {
        this.plan = plan;
        this.findings = findings;
    }

    void start(Step.Start start, List<Range<Long>> sent, List<Range<Long>> received) {
        open.put(start.flight(), new Flight(start, sent, received));
    }

    void end(int flight) {
        open.remove(flight);
    }

    void checkRead(Step step, int buffer, List<Range<Long>> range) {
        open.values().forEach(flight -> touched(step, buffer, range, flight));
    }

    void checkWrite(Step step, int buffer, List<Range<Long>> range) {
        open.values().forEach(flight -> {
            touched(step, buffer, range, flight);
            if (ArenaRules.overlap(range, flight.sent()) && reported.add(new Reported(step, flight.start().flight()))) {
                findings.report(PlanCode.IN_FLIGHT, step, "the step writes `%%%s` where flight %s still sends `%%%s`", name(buffer),
                        flight.start().flight(), name(flight.start().from().buffer()));
            }
        });
    }

    private void touched(Step step, int buffer, List<Range<Long>> range, Flight flight) {
        if (ArenaRules.overlap(range, flight.received()) && reported.add(new Reported(step, flight.start().flight()))) {
            findings.report(PlanCode.IN_FLIGHT, step, "the step has `%%%s` where flight %s still receives `%%%s`", name(buffer),
                    flight.start().flight(), name(flight.start().to().buffer()));
        }
    }

    private String name(int buffer) {
        return plan.buffers().get(buffer).name();
    }
}
