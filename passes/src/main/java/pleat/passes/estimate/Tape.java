package pleat.passes.estimate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.passes.estimate.EagerOp.Kind;
import pleat.passes.estimate.EagerWork.Sizes;
import pleat.passes.estimate.Run.Buffer;
import pleat.passes.machine.Work;

/**
 * One pass through a list of ops, forward and back, as an eager framework does it: a result is freed when nobody will read it and no op keeps it for its
 * way back, and what an op keeps is freed when the op has been gone back through.
 */
final class Tape {
    private final Run run;
    private final List<EagerOp> ops;
    private final Map<Tensor, Buffer> buffers;
    private final Map<Tensor, Buffer> gradients = new LinkedHashMap<>();
    private final Map<EagerOp, List<Buffer>> kept = new LinkedHashMap<>();

    /** @param buffers of all that the ops read and do not make; they stay with the caller */
    Tape(Run run, List<EagerOp> ops, Map<Tensor, Buffer> buffers) {
        this.run = run;
        this.ops = ops;
        this.buffers = new LinkedHashMap<>(buffers);
    }

    /**
     * Runs the ops.
     *
     * @param results which the caller needs, and has to release
     */
    Map<Tensor, Buffer> forward(boolean keep, List<Tensor> results) {
        Map<Tensor, Integer> lastUses = new LinkedHashMap<>();
        for (int i = 0; i < ops.size(); i++) {
            int at = i;
            ops.get(i).inputs().forEach(input -> lastUses.put(input, at));
        }
        var made = new ArrayList<Tensor>();
        for (int i = 0; i < ops.size(); i++) {
            var op = ops.get(i);
            buffers.put(op.result(), run.allocate(op.result().bytes()));
            made.add(op.result());
            if (keep && op.result().needsGradient()) {
                kept.put(op, op.kept().stream().map(this::holdOrAllocate).toList());
            }
            start(op);
            int at = i;
            made.removeIf(tensor -> {
                boolean isDone = lastUses.getOrDefault(tensor, -1) <= at && !results.contains(tensor);
                if (isDone) {
                    buffers.remove(tensor).release();
                }
                return isDone;
            });
        }
        var out = new LinkedHashMap<Tensor, Buffer>();
        results.stream().distinct().forEach(tensor -> out.put(tensor, made.contains(tensor) ? buffers.get(tensor) : holdOrAllocate(tensor)));
        return out;
    }

    /** What is kept is an operand, the result, or something small that the op makes beside it; what is returned may be what no op makes, as a repetition collects it. */
    private Buffer holdOrAllocate(Tensor tensor) {
        var buffer = buffers.get(tensor);
        return buffer == null ? run.allocate(tensor.bytes()) : buffer.hold();
    }

    private void start(EagerOp op) {
        String name = op.result().name();
        if (op.kind() instanceof Kind.Exchange exchange) {
            exchange.primitive().ifPresent(primitive -> run.collective(name, primitive, exchange.ranks(), exchange.sent()));
            return;
        }
        EagerWork.forward(op, Sizes.WHOLE).forEach(work -> run.kernel(name, work));
    }

    /** The gradient of a tensor, with what is there already; takes over the hold on it. */
    void accumulate(Tensor tensor, Buffer gradient) {
        var before = gradients.get(tensor);
        if (before == null) {
            gradients.put(tensor, gradient);
            return;
        }
        boolean isInPlace = !before.isShared() && !before.isExpanded();
        var sum = isInPlace ? before.hold() : run.allocate(tensor.bytes());
        run.kernel(tensor.name(), EagerWork.sum(tensor, Sizes.WHOLE));
        before.release();
        gradient.release();
        gradients.put(tensor, sum);
    }

    /** Goes back through all ops, from the gradients that were accumulated; those of what the ops do not make are left in {@link #gradient}. */
    void back() {
        for (EagerOp op : ops.reversed()) {
            var gradient = gradients.remove(op.result());
            if (gradient != null) {
                back(op, gradient);
                gradient.release();
            }
            var held = kept.remove(op);
            if (held != null) {
                held.forEach(Buffer::release);
            }
        }
    }

    /** What {@link #back} found, or null where nothing depends on the tensor; the caller has to release it. */
    Buffer gradient(Tensor tensor) {
        return gradients.remove(tensor);
    }

    private void back(EagerOp op, Buffer gradient) {
        var inputs = op.inputs().stream().filter(Tensor::needsGradient).distinct().toList();
        switch (op.kind()) {
            case Kind.Product _ -> productBack(op, inputs, gradient);
            case Kind.Map _ -> inputs.forEach(input -> mapBack(op, input));
            case Kind.Add _ -> inputs.forEach(input -> addBack(op, input, gradient));
            case Kind.Softmax _ -> softmaxBack(op, inputs.getFirst());
            case Kind.Norm _ -> normBack(op, inputs);
            case Kind.Sum _ -> inputs.forEach(input -> accumulate(input, run.allocate(0)));
            case Kind.Copy _ -> inputs.forEach(input -> make(input, back(op, input).getFirst()));
            case Kind.Exchange exchange -> inputs.forEach(input -> exchangeBack(op, input, exchange, gradient));
        }
    }

    private static List<Work> back(EagerOp op, Tensor input) {
        return EagerWork.back(op, input, Sizes.WHOLE);
    }

    private Buffer make(Tensor input, Work work) {
        var buffer = run.allocate(input.bytes());
        run.kernel("d_" + input.name(), work);
        accumulate(input, buffer);
        return buffer;
    }

    /** Both gradients are there before anything is freed. A gradient whose elements are one number is written out first. */
    private void productBack(EagerOp op, List<Tensor> inputs, Buffer gradient) {
        var written = gradient.isExpanded() ? run.allocate(op.result().bytes()) : gradient.hold();
        var made = new LinkedHashMap<Tensor, Buffer>();
        for (Tensor input : inputs) {
            made.put(input, run.allocate(input.bytes()));
            back(op, input).forEach(work -> run.kernel("d_" + input.name(), work));
        }
        made.forEach(this::accumulate);
        written.release();
    }

    private void mapBack(EagerOp op, Tensor input) {
        var works = back(op, input);
        if (works.size() == 1) {
            make(input, works.getFirst());
            return;
        }
        var whole = run.allocate(op.result().bytes());
        run.kernel("d_" + input.name(), works.getFirst());
        make(input, works.getLast());
        whole.release();
    }

    private void addBack(EagerOp op, Tensor input, Buffer gradient) {
        var works = back(op, input);
        if (works.isEmpty()) {
            accumulate(input, gradient.hold());
        } else {
            make(input, works.getFirst());
        }
    }

    /** The product of gradient and result is a tensor of its own while the kernel runs. */
    private void softmaxBack(EagerOp op, Tensor input) {
        var product = run.allocate(op.result().bytes());
        run.kernel("d_" + input.name(), back(op, input).getFirst());
        make(input, back(op, input).getLast());
        product.release();
    }

    private void normBack(EagerOp op, List<Tensor> inputs) {
        for (Tensor input : inputs) {
            var buffer = run.allocate(input.bytes());
            back(op, input).forEach(work -> run.kernel("d_" + input.name(), work));
            accumulate(input, buffer);
        }
    }

    private void exchangeBack(EagerOp op, Tensor input, Kind.Exchange exchange, Buffer gradient) {
        if (exchange.back().isEmpty()) {
            accumulate(input, input.elements() == op.result().elements() ? gradient.hold() : run.allocate(input.bytes()));
            return;
        }
        var buffer = run.allocate(input.bytes());
        run.collective("d_" + input.name(), exchange.back().get(), exchange.ranks(), exchange.sent());
        accumulate(input, buffer);
    }
}
