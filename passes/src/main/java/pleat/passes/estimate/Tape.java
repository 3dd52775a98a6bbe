package pleat.passes.estimate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pleat.passes.estimate.EagerOp.Kind;
import pleat.passes.estimate.Run.Buffer;
import pleat.passes.machine.Family;
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
        results.stream().distinct().forEach(tensor -> out.put(tensor, made.contains(tensor) ? buffers.get(tensor) : buffers.get(tensor).hold()));
        return out;
    }

    /** What is kept is an operand, the result, or something small that the op makes beside it. */
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
        long bytes = Stream.concat(op.inputs().stream().distinct(), Stream.of(op.result())).mapToLong(Tensor::bytes).sum();
        run.kernel(name, work(op.kind(), bytes, op.result().elements()));
    }

    private static Work work(Kind kind, long bytes, long elements) {
        return switch (kind) {
            case Kind.Product(long flops) -> new Work(Family.PRODUCT, flops, bytes);
            case Kind.Softmax _, Kind.Norm _, Kind.Sum _ -> new Work(Family.REDUCTION, elements, bytes);
            case Kind.Map _, Kind.Add _, Kind.Copy _, Kind.Exchange _ -> new Work(Family.MAP, elements, bytes);
        };
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
        run.kernel(tensor.name(), new Work(Family.MAP, tensor.elements(), 3 * tensor.bytes()));
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
            case Kind.Product product -> productBack(op, inputs, product, gradient);
            case Kind.Map _ -> inputs.forEach(input -> mapBack(op, input));
            case Kind.Add _ -> inputs.forEach(input -> addBack(op, input, gradient));
            case Kind.Softmax _ -> softmaxBack(op, inputs.getFirst());
            case Kind.Norm _ -> normBack(op, inputs);
            case Kind.Sum _ -> inputs.forEach(input -> accumulate(input, run.allocate(0)));
            case Kind.Copy _ -> inputs.forEach(input -> make(input, new Work(Family.MAP, 0, 2 * input.bytes())));
            case Kind.Exchange exchange -> inputs.forEach(input -> exchangeBack(op, input, exchange, gradient));
        }
    }

    private Buffer make(Tensor input, Work work) {
        var buffer = run.allocate(input.bytes());
        run.kernel("d_" + input.name(), work);
        accumulate(input, buffer);
        return buffer;
    }

    /** Both gradients are there before anything is freed. A gradient whose elements are one number is written out first. */
    private void productBack(EagerOp op, List<Tensor> inputs, Kind.Product product, Buffer gradient) {
        var written = gradient.isExpanded() ? run.allocate(op.result().bytes()) : gradient.hold();
        var made = new LinkedHashMap<Tensor, Buffer>();
        long bytes = op.result().bytes() + op.inputs().stream().distinct().mapToLong(Tensor::bytes).sum();
        for (Tensor input : inputs) {
            made.put(input, run.allocate(input.bytes()));
            run.kernel("d_" + input.name(), new Work(Family.PRODUCT, product.flops(), bytes));
        }
        made.forEach(this::accumulate);
        written.release();
    }

    private void mapBack(EagerOp op, Tensor input) {
        long others = op.kept().stream().filter(tensor -> tensor != input || op.kept().size() == 1).mapToLong(Tensor::bytes).max().orElse(0);
        long size = op.result().bytes();
        if (input.elements() == op.result().elements()) {
            make(input, new Work(Family.MAP, input.elements(), 2 * size + others));
            return;
        }
        var whole = run.allocate(size);
        run.kernel("d_" + input.name(), new Work(Family.MAP, op.result().elements(), 2 * size + others));
        make(input, new Work(Family.REDUCTION, op.result().elements(), size + input.bytes()));
        whole.release();
    }

    private void addBack(EagerOp op, Tensor input, Buffer gradient) {
        if (input.elements() == op.result().elements()) {
            accumulate(input, gradient.hold());
        } else {
            make(input, new Work(Family.REDUCTION, op.result().elements(), op.result().bytes() + input.bytes()));
        }
    }

    /** The product of gradient and result is a tensor of its own while the kernel runs. */
    private void softmaxBack(EagerOp op, Tensor input) {
        long size = op.result().bytes();
        var product = run.allocate(size);
        run.kernel("d_" + input.name(), new Work(Family.MAP, op.result().elements(), 3 * size));
        make(input, new Work(Family.REDUCTION, 4 * op.result().elements(), 3 * size));
        product.release();
    }

    /** One kernel for the gradient of the rows, one for those of all weights. */
    private void normBack(EagerOp op, List<Tensor> inputs) {
        long size = op.result().bytes();
        var weights = inputs.stream().filter(input -> input.elements() != op.result().elements()).toList();
        inputs.stream().filter(input -> !weights.contains(input))
                .forEach(input -> make(input, new Work(Family.REDUCTION, 8 * op.result().elements(), 3 * size)));
        if (!weights.isEmpty()) {
            run.kernel("d_" + weights.getFirst().name(), new Work(Family.REDUCTION, 4 * op.result().elements(), 2 * size));
            weights.forEach(weight -> accumulate(weight, run.allocate(weight.bytes())));
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
