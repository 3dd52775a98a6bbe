package pleat.ir.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.StepCursor;

/**
 * Whether plans of several devices meet: every exchange is the next one of each member of its group, with the same transfer of the same tensor.
 * Then a run that does the exchanges of each device in their order cannot wait for ever.
 */
public final class Peers {
    private final List<Plan> plans;
    private final List<StepCursor> cursors = new ArrayList<>();
    private final List<Optional<Step.Start>> next = new ArrayList<>();
    private final int[] done;
    private final Map<Step.Start, String> texts = new IdentityHashMap<>();

    private Peers(List<Plan> plans) {
        this.plans = plans;
        this.done = new int[plans.size()];
        for (int d = 0; d < plans.size(); d++) {
            cursors.add(new StepCursor(plans.get(d).steps()));
            next.add(Optional.empty());
            advance(d);
        }
    }

    /** What does not fit, with both sides; empty if all do. */
    public static Optional<String> mismatch(List<Plan> plans) {
        return new Peers(plans).run();
    }

    /** What all members of a group have to say of an exchange in the same words. */
    public static String text(Plan plan, Step.Start start) {
        var slice = Slice.of(plan.buffers().get(start.from().buffer()), start.from());
        long[] whole = start.exchange().whole(slice.type().shape());
        return start.exchange().signature() + " of " + slice.type().dtype().text() + Arrays.toString(whole) + " in " + slice.layout();
    }

    private Optional<String> run() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (int d = 0; d < plans.size(); d++) {
                if (next.get(d).isPresent()) {
                    var wrong = outside(d);
                    if (wrong.isPresent()) {
                        return wrong;
                    }
                    moved |= meet(d);
                }
            }
        }
        for (int d = 0; d < plans.size(); d++) {
            if (next.get(d).isPresent()) {
                return Optional.of(stuck(d));
            }
        }
        return Optional.empty();
    }

    /** Whether a group names devices that there are, and this one as itself. */
    private Optional<String> outside(int device) {
        var group = next.get(device).orElseThrow().exchange().group();
        if (group.device() != device) {
            return Optional.of("the plan of device %d takes part in `%s` as device %d".formatted(device, text(device), group.device()));
        }
        return group.devices().stream().filter(other -> other >= plans.size()).findFirst()
                .map(other -> "device %d is at `%s`, but there are %d devices".formatted(device, text(device), plans.size()));
    }

    private boolean meet(int device) {
        var members = next.get(device).orElseThrow().exchange().group().devices();
        boolean agree = members.stream().allMatch(member -> next.get(member).isPresent() && text(member).equals(text(device)));
        if (agree) {
            members.forEach(this::advance);
        }
        return agree;
    }

    private void advance(int device) {
        done[device]++;
        for (var step = cursors.get(device).next(); step.isPresent(); step = cursors.get(device).next()) {
            if (step.get() instanceof Step.Start start) {
                next.set(device, Optional.of(start));
                return;
            }
        }
        next.set(device, Optional.empty());
    }

    private String stuck(int device) {
        var members = next.get(device).orElseThrow().exchange().group().devices();
        int other = members.stream().filter(member -> next.get(member).isEmpty() || !text(member).equals(text(device))).findFirst().orElseThrow();
        return "%s, and %s".formatted(at(device), at(other));
    }

    private String at(int device) {
        return next.get(device).isPresent() ? "device %d is at its exchange %d, `%s`".formatted(device, done[device], text(device))
                : "device %d has ended after %d exchanges".formatted(device, done[device] - 1);
    }

    private String text(int device) {
        return texts.computeIfAbsent(next.get(device).orElseThrow(), start -> text(plans.get(device), start));
    }
}
