package pleat.ir.verify;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/** Every flight is started once and awaited once, later and in the same list of steps. */
final class FlightRules {
    private final Findings findings;
    private final Set<Integer> started = new HashSet<>();

    private FlightRules(Findings findings) {
        this.findings = findings;
    }

    static void check(Plan plan, Findings findings) {
        new FlightRules(findings).walk(plan.steps());
    }

    private void walk(List<Step> steps) {
        var open = new java.util.LinkedHashMap<Integer, Step>();
        for (Step step : steps) {
            switch (step) {
                case Step.Start start -> {
                    if (!started.add(start.flight())) {
                        findings.report(PlanCode.FLIGHT, start, "flight %s is started by another step too", start.flight());
                    }
                    open.put(start.flight(), start);
                }
                case Step.Await await -> {
                    if (open.remove(await.flight()) == null) {
                        findings.report(PlanCode.FLIGHT, await, "no step before this one, among those beside it, starts flight %s, or it was awaited already",
                                await.flight());
                    }
                }
                case Step.Loop loop -> walk(loop.steps());
                case Step.Launch _, Step.Copy _ -> {
                }
            }
        }
        open.forEach((flight, start) -> findings.report(PlanCode.FLIGHT, start, "nothing beside it awaits flight %s", flight));
    }
}
