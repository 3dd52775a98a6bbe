package pleat.ir.verify;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.kernel.Kernel.Parameter;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Buffer;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;

/** Each step for itself: its arguments are what it works on, and slices are slices. */
final class StepRules {
    private final Plan plan;
    private final Findings findings;
    /** Iterations of the loops around the current step. */
    private final List<Long> counts = new ArrayList<>();

    private StepRules(Plan plan, Findings findings) {
        this.plan = plan;
        this.findings = findings;
    }

    static void check(Plan plan, Findings findings) {
        new StepRules(plan, findings).walk(plan.steps());
    }

    private void walk(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> launch(launch);
                case Step.Copy copy -> copy(copy);
                case Step.Loop loop -> {
                    counts.add(loop.count());
                    walk(loop.steps());
                    counts.removeLast();
                }
                case Step.Start start -> start(start);
                case Step.Await _ -> {
                }
            }
        }
    }

    private void launch(Step.Launch launch) {
        Kernel kernel = plan.kernels().get(launch.kernel());
        if (kernel == null) {
            findings.report(PlanCode.KERNEL, launch, "there is no kernel `@%s`", launch.kernel());
            return;
        }
        if (kernel.parameters().size() != launch.arguments().size()) {
            findings.report(PlanCode.ARGUMENT, launch, "`@%s` takes %s arguments, not %s", kernel.name(), kernel.parameters().size(),
                    launch.arguments().size());
            return;
        }
        for (int a = 0; a < launch.arguments().size(); a++) {
            Parameter parameter = kernel.parameters().get(a);
            Argument argument = launch.arguments().get(a);
            if (isSlice(launch, argument, parameter.mode())) {
                var slice = Slice.of(plan.buffers().get(argument.buffer()), argument);
                if (!slice.equals(new Slice(parameter.type(), parameter.layout()))) {
                    findings.report(PlanCode.ARGUMENT, launch, "parameter `%%%s` of `@%s` is `%s` in layout `%s`, but the argument is `%s` in `%s`",
                            parameter.name(), kernel.name(), parameter.type(), parameter.layout(), slice.type(), slice.layout());
                }
            }
        }
    }

    private void copy(Step.Copy copy) {
        if (isSlice(copy, copy.from(), Mode.IN) && isSlice(copy, copy.to(), Mode.OUT)) {
            var from = Slice.of(plan.buffers().get(copy.from().buffer()), copy.from());
            var to = Slice.of(plan.buffers().get(copy.to().buffer()), copy.to());
            if (!from.type().equals(to.type()) || !from.layout().withoutRoom().equals(to.layout().withoutRoom())) {
                findings.report(PlanCode.ARGUMENT, copy, "`%s` in layout `%s` cannot be copied to `%s` in `%s`", from.type(), from.layout(), to.type(),
                        to.layout());
            }
        }
    }

    private void start(Step.Start start) {
        if (isSlice(start, start.from(), Mode.IN) && isSlice(start, start.to(), Mode.OUT)) {
            ExchangeRules.check(start, Slice.of(plan.buffers().get(start.from().buffer()), start.from()),
                    Slice.of(plan.buffers().get(start.to().buffer()), start.to()), findings);
        }
    }

    private boolean isSlice(Step step, Argument argument, Mode mode) {
        if (argument.buffer() < 0 || argument.buffer() >= plan.buffers().size()) {
            findings.report(PlanCode.ARGUMENT, step, "the plan has %s buffers, and this uses number %s", plan.buffers().size(), argument.buffer());
            return false;
        }
        Buffer buffer = plan.buffers().get(argument.buffer());
        boolean isAllowed = switch (buffer.place().kind()) {
            case INPUT, WEIGHT, COTANGENT -> mode.isRead();
            case CONSUMED, OUTPUT, TEMPORARY, STATE -> true;
            case SCRATCH -> false;
        };
        if (!isAllowed) {
            findings.report(PlanCode.READ_ONLY, step, mode.isRead() ? "`%%%s` is memory for threads, and read" : "`%%%s` is not to be written",
                    buffer.name());
        }
        return strides(step, argument, buffer);
    }

    private boolean strides(Step step, Argument argument, Buffer buffer) {
        if (argument.loopStrides().size() > counts.size()) {
            findings.report(PlanCode.SLICE, step, "`%%%s` has strides for %s loops, but there are %s around it", buffer.name(),
                    argument.loopStrides().size(), counts.size());
            return false;
        }
        if (!Slice.canSlice(buffer, argument)) {
            findings.report(PlanCode.SLICE, step, "`%%%s` in layout `%s` has no slices of %s dims less", buffer.name(), buffer.layout(),
                    Slice.slicedDims(argument));
            return false;
        }
        long[] shape = buffer.type().shape();
        long[] strides = buffer.layout().pieceStrides(shape);
        int dim = 0;
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            long stride = argument.loopStrides().get(depth);
            int here = depth;
            var window = argument.window().filter(w -> w.depth() == here);
            if (window.isPresent()) {
                if (!windowFits(step, buffer, window.get(), stride)) {
                    return false;
                }
                continue;
            }
            if (stride == 0) {
                continue;
            }
            long expected = strides[dim] * buffer.type().dtype().bytes();
            if (stride != expected) {
                findings.report(PlanCode.SLICE, step, "`%%%s` moves by %s bytes, but positions of dim %s are %s apart", buffer.name(), stride, dim,
                        expected);
                return false;
            }
            if (counts.get(depth) > shape[dim]) {
                findings.report(PlanCode.SLICE, step, "a loop of %s iterations leaves dim %s of `%%%s`, which has extent %s", counts.get(depth), dim,
                        buffer.name(), shape[dim]);
                return false;
            }
            dim++;
        }
        return windowHasLoop(step, argument, buffer);
    }

    private boolean windowHasLoop(Step step, Argument argument, Buffer buffer) {
        boolean hasLoop = argument.window().isEmpty()
                || argument.window().get().depth() >= 0 && argument.window().get().depth() < argument.loopStrides().size();
        if (!hasLoop) {
            findings.report(PlanCode.SLICE, step, "no loop moves the window of `%%%s`", buffer.name());
        }
        return hasLoop;
    }

    private boolean windowFits(Step step, Buffer buffer, Plan.Window window, long stride) {
        long expected = window.extent() * Slice.positionBytes(buffer, window.dim());
        if (stride != expected) {
            findings.report(PlanCode.SLICE, step, "the window of `%%%s` moves by %s bytes, but its %s positions take %s", buffer.name(), stride,
                    window.extent(), expected);
            return false;
        }
        long extent = buffer.type().dims().get(window.dim()).known();
        // Compared by a quotient: the product may be anything.
        if (window.start() < 0 || window.extent() < 1 || window.start() > extent
                || counts.get(window.depth()) > (extent - window.start()) / window.extent()) {
            findings.report(PlanCode.SLICE, step, "a loop of %s iterations moves a window of %s positions, from %s on, out of dim %s of `%%%s`, which has extent %s",
                    counts.get(window.depth()), window.extent(), window.start(), window.dim(), buffer.name(), extent);
            return false;
        }
        return true;
    }
}
