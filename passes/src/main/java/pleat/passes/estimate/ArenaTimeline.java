package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.passes.estimate.Timeline.Part;
import pleat.passes.schedule.Placement;

/** The estimate of a plan with what is there in the arena at each step, and each loop said once. */
public final class ArenaTimeline {
    private final List<Moment> moments;
    private final ImmutableLongArray live;
    private final ImmutableList.Builder<Part> parts = ImmutableList.builder();
    private final List<Moment> straight = new ArrayList<>();
    /** How many moments were gone through, and how many steps of the text. */
    private int at;
    private int step;
    private double start;
    private int loops;

    private ArenaTimeline(Plan plan, Estimate estimate) {
        this.moments = estimate.moments();
        this.live = Placement.live(plan);
    }

    /** @param estimate of the plan, by {@link PlanStep} */
    public static Timeline of(Plan plan, Estimate estimate) {
        var line = new ArenaTimeline(plan, estimate);
        for (Step step : plan.steps()) {
            if (step instanceof Step.Loop loop) {
                line.close("", 1, line.at < line.moments.size() ? line.moments.get(line.at).start() : estimate.seconds());
                line.loop(loop);
            } else {
                line.step++;
                line.take(step, line.straight);
            }
        }
        line.close("", 1, estimate.seconds());
        return new Timeline(line.parts.build());
    }

    private void loop(Step.Loop loop) {
        step++;
        int before = at;
        int begin = step;
        walk(loop.steps(), straight);
        int each = at - before;
        for (long turn = 1; turn < loop.count(); turn++) {
            step = begin;
            walk(loop.steps(), new ArrayList<>());
        }
        step++;
        double end = each == 0 ? start : moments.get(at - 1).end();
        close("repetition " + ++loops, loop.count(), end);
    }

    private void walk(List<Step> steps, List<Moment> into) {
        for (Step next : steps) {
            step++;
            if (next instanceof Step.Loop inner) {
                int begin = step;
                for (long turn = 0; turn < inner.count(); turn++) {
                    step = begin;
                    walk(inner.steps(), into);
                }
                step++;
            } else {
                take(next, into);
            }
        }
    }

    /** Waiting is no moment. */
    private void take(Step next, List<Moment> into) {
        if (!(next instanceof Step.Await)) {
            var moment = moments.get(at++);
            into.add(new Moment(moment.what(), moment.stream(), moment.start() - start, moment.seconds(), live.get(step)));
        }
    }

    private void close(String name, long turns, double end) {
        if (!straight.isEmpty()) {
            parts.add(new Part(name, turns, ImmutableList.copyOf(straight), (end - start) / turns, 0));
            straight.clear();
        }
        start = end;
    }
}
