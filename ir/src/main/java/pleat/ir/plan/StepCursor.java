package pleat.ir.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import pleat.ir.plan.Plan.Step;

/** Goes through the steps of a plan as a run does, one at a time: what it gives are the steps in loops, and no loop. */
public final class StepCursor {
    private static final class Frame {
        private final List<Step> steps;
        private final long count;
        private final boolean reversed;
        private int at;
        private long done;

        Frame(List<Step> steps, long count, boolean reversed) {
            this.steps = steps;
            this.count = count;
            this.reversed = reversed;
        }
    }

    private final Deque<Frame> frames = new ArrayDeque<>();
    private final List<Long> iterations = new ArrayList<>();

    public StepCursor(List<Step> steps) {
        frames.push(new Frame(steps, 1, false));
    }

    /** Of the loops around the step that was given last, outermost first. */
    public List<Long> iterations() {
        return Collections.unmodifiableList(iterations);
    }

    /** The next step; empty at the end. */
    public Optional<Step> next() {
        while (!frames.isEmpty()) {
            var frame = frames.peek();
            if (frame.at == frame.steps.size()) {
                endIteration(frame);
            } else if (frame.steps.get(frame.at++) instanceof Step.Loop loop) {
                enter(loop);
            } else {
                return Optional.of(frame.steps.get(frame.at - 1));
            }
        }
        return Optional.empty();
    }

    private void enter(Step.Loop loop) {
        if (loop.count() > 0) {
            frames.push(new Frame(loop.steps(), loop.count(), loop.reversed()));
            iterations.add(loop.reversed() ? loop.count() - 1 : 0);
        }
    }

    private void endIteration(Frame frame) {
        frame.at = 0;
        if (++frame.done < frame.count) {
            iterations.set(iterations.size() - 1, frame.reversed ? frame.count - 1 - frame.done : frame.done);
            return;
        }
        frames.pop();
        if (!frames.isEmpty()) {
            iterations.removeLast();
        }
    }
}
