package pleat.passes.machine;

import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Op;
import pleat.ir.type.DType;

/**
 * What steps of a program cost on a machine.
 *
 * @param storage the element type of floating tensors in memory
 */
public record Prices(Machine machine, Execution execution, DType storage) {

    /** A kernel, from its start to its end. */
    public double seconds(Work work) {
        return machine.device().launchSeconds() + machine.device().seconds(work, storage);
    }

    /** An op as a kernel of its own; extents are those of one device's share. */
    public double seconds(Op.Compute op) {
        return seconds(Work.of(op, storage));
    }

    /** Ops as one kernel, which reads and writes {@code bytes} in all; what they hand to one another stays on chip. */
    public double fused(List<Op.Compute> ops, long bytes) {
        var work = ops.stream().map(op -> Work.onChip(op.equation())).reduce(Work::and).orElse(new Work(Family.MAP, 0, 0));
        return seconds(new Work(work.family(), work.flops(), bytes));
    }

    /**
     * A kernel that does work of several families one after the other, while memory is read and written.
     *
     * @param bytes what it reads and writes in all
     */
    public double seconds(Map<Family, Long> flops, long bytes) {
        double arithmetic = flops.entrySet().stream().mapToDouble(entry -> machine.device().seconds(new Work(entry.getKey(), entry.getValue(), 0), storage)).sum();
        double memory = flops.keySet().stream().mapToDouble(family -> machine.device().seconds(new Work(family, 0, bytes), storage)).min().orElse(0);
        return machine.device().launchSeconds() + Math.max(arithmetic, memory);
    }

    /** @param bytes of the full tensor */
    public double seconds(Primitive primitive, int ranks, long bytes) {
        return machine.fabric().seconds(primitive, ranks, bytes);
    }
}
