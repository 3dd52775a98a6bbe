package pleat.cli.compile;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;

/**
 * What a plan's memory is for.
 *
 * @param bytes of the one allocation
 * @param byKind storage of the buffers; what shares memory counts each time
 */
public record MemoryUse(long bytes, Map<Kind, Long> byKind) {

    public static MemoryUse of(Plan plan) {
        var byKind = new EnumMap<Kind, Long>(Kind.class);
        for (Kind kind : Kind.values()) {
            byKind.put(kind, 0L);
        }
        plan.buffers().forEach(buffer -> byKind.merge(buffer.place().kind(), buffer.place().bytes(), Long::sum));
        return new MemoryUse(plan.arena().bytes(), byKind);
    }

    /** Refuses a plan that needs more than {@code --memory} allows. */
    public void check(String model, OptionalLong budget) {
        if (budget.isPresent() && bytes > budget.getAsLong()) {
            throw new UserException("`%s` needs %s of memory (%d bytes), and --memory allows %s\n  = note: %s\n  = help: smaller sizes, --dtype bf16 and fewer --threads need less"
                    .formatted(model, Bytes.text(bytes), bytes, Bytes.text(budget.getAsLong()), parts()));
        }
    }

    /** {@code 7 MB weights, 21 MB inputs and outputs, 102 MB intermediates and scratch}. */
    String parts() {
        long weights = byKind.get(Kind.WEIGHT) + byKind.get(Kind.STATE);
        long ports = byKind.get(Kind.INPUT) + byKind.get(Kind.CONSUMED) + byKind.get(Kind.COTANGENT) + byKind.get(Kind.OUTPUT);
        return "%s weights, %s inputs and outputs, %s intermediates and scratch".formatted(Bytes.text(weights), Bytes.text(ports),
                Bytes.text(Math.max(0, bytes - weights - ports)));
    }

    /** What the results of all equations of one run take together. */
    public static long intermediates(TensorModule module, DType storage) {
        return intermediates(module.entryFunction(), module, storage);
    }

    private static long intermediates(Function function, TensorModule module, DType storage) {
        long bytes = 0;
        for (Op op : function.body()) {
            bytes = Math.addExact(bytes, switch (op) {
                case Op.Repeat repeat -> Math.multiplyExact(repeat.body().count(),
                        intermediates(module.functions().get(repeat.body().callee()), module, storage));
                case Op.Call call -> intermediates(module.functions().get(call.callee()), module, storage);
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> op.results().stream().mapToLong(value -> bytes(value, storage)).sum();
            });
        }
        return bytes;
    }

    private static long bytes(Value value, DType storage) {
        var type = value.type();
        return type.dtype().isFloating() ? type.withDType(storage).bytes() : type.bytes();
    }
}
