package pleat.runtime.collective;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/** Every exchange of a plan. */
public final class Routes {
    private Routes() {}

    public static ImmutableList<Route> of(Plan plan) {
        return starts(plan.steps()).stream().map(start -> Route.of(plan, start)).collect(ImmutableList.toImmutableList());
    }

    /** The steps that start them, in the order of the text. */
    public static ImmutableList<Step.Start> starts(List<Step> steps) {
        var starts = ImmutableList.<Step.Start>builder();
        for (Step step : steps) {
            switch (step) {
                case Step.Start start -> starts.add(start);
                case Step.Loop loop -> starts.addAll(starts(loop.steps()));
                case Step.Launch _, Step.Copy _, Step.Await _ -> {
                }
            }
        }
        return starts.build();
    }
}
