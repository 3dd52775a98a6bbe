package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Step;

/**
 * Finds small launches that may be one on a device on which every launch costs time: those of a run of small launches that need nothing of each
 * other, by the bytes of the arena that they read and write. In such a run launches change places; what is beside it stays where it is.
 */
public final class LaunchBatches {
    private final Plan plan;
    private final ToIntFunction<String> kind;
    private final List<ImmutableList<String>> batches = new ArrayList<>();

    private LaunchBatches(Plan plan, ToIntFunction<String> kind) {
        this.plan = plan;
        this.kind = kind;
    }

    /**
     * A plan and what of it is one launch.
     *
     * @param batches names of the kernels of launches that follow each other, two or more in each
     */
    public record Batched(Plan plan, ImmutableList<ImmutableList<String>> batches) {}

    /**
     * A plan with what may be together side by side.
     *
     * @param plan placed
     * @param kind of a kernel: only launches of one kind can be one; less than 0 for a kernel that is not small
     */
    public static Batched of(Plan plan, ToIntFunction<String> kind) {
        var found = new LaunchBatches(plan, kind);
        var steps = found.ordered(plan.steps());
        return new Batched(new Plan(plan.name(), plan.kernels(), plan.buffers(), steps, plan.arena()), ImmutableList.copyOf(found.batches));
    }

    private ImmutableList<Step> ordered(List<Step> steps) {
        var all = ImmutableList.<Step>builder();
        var run = new ArrayList<Step.Launch>();
        for (Step step : steps) {
            if (step instanceof Step.Launch launch && kind.applyAsInt(launch.kernel()) >= 0) {
                run.add(launch);
                continue;
            }
            all.addAll(together(run));
            run.clear();
            all.add(step instanceof Step.Loop(var count, var reversed, var inner) ? new Step.Loop(count, reversed, ordered(inner)) : step);
        }
        return all.addAll(together(run)).build();
    }

    /** Those that wait for none of the others, of the kind of which there are most, over and over. */
    private List<Step.Launch> together(List<Step.Launch> run) {
        var waiting = new ArrayList<>(run);
        var ordered = new ArrayList<Step.Launch>();
        while (!waiting.isEmpty()) {
            Map<Integer, List<Step.Launch>> ready = new LinkedHashMap<>();
            for (int l = 0; l < waiting.size(); l++) {
                var launch = waiting.get(l);
                if (waiting.subList(0, l).stream().noneMatch(before -> meet(before, launch))) {
                    ready.computeIfAbsent(kind.applyAsInt(launch.kernel()), _ -> new ArrayList<>()).add(launch);
                }
            }
            var most = ready.values().stream().reduce((one, other) -> other.size() > one.size() ? other : one).orElseThrow();
            ordered.addAll(most);
            divide(most);
            waiting.removeAll(most);
        }
        return ordered;
    }

    private void divide(List<Step.Launch> launches) {
        var names = new ArrayList<String>();
        int arguments = 0;
        for (var launch : launches) {
            if (arguments + launch.arguments().size() > GpuKernel.MOST_BUFFERS) {
                close(names);
                arguments = 0;
            }
            names.add(launch.kernel());
            arguments += launch.arguments().size();
        }
        close(names);
    }

    private void close(List<String> names) {
        if (names.size() > 1) {
            batches.add(ImmutableList.copyOf(names));
        }
        names.clear();
    }

    private boolean meet(Step.Launch one, Step.Launch other) {
        for (int a = 0; a < one.arguments().size(); a++) {
            for (int b = 0; b < other.arguments().size(); b++) {
                if ((isWritten(one, a) || isWritten(other, b)) && overlap(one.arguments().get(a), other.arguments().get(b))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isWritten(Step.Launch launch, int argument) {
        return plan.kernels().get(launch.kernel()).parameters().get(argument).mode() == Mode.OUT;
    }

    // All of a buffer, whichever part of it a loop selects: one part less could only let more be together.
    private boolean overlap(Argument one, Argument other) {
        return bytes(one).isConnected(bytes(other)) && !bytes(one).intersection(bytes(other)).isEmpty();
    }

    private Range<Long> bytes(Argument argument) {
        var place = plan.buffers().get(argument.buffer()).place();
        return Range.closedOpen(place.offset(), place.offset() + place.bytes());
    }
}
