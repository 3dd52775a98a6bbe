package pleat.passes.machine;

import pleat.ir.derive.Cost;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/**
 * What one kernel does at least.
 *
 * @param bytes what it reads and writes of memory if it does so once
 */
public record Work(Family family, long flops, long bytes) {

    /** An op as a kernel of its own; extents are those of one device's share. */
    public static Work of(Op.Compute op, DType storage) {
        long bytes = op.operands().stream().distinct().map(Value::type).mapToLong(type -> bytes(type, storage)).sum();
        return new Work(Family.of(op.equation()), Cost.flops(op.equation()), bytes + bytes(op.result().type(), storage));
    }

    /** An equation without its traffic: inside a kernel that holds its operands and its result on chip. */
    public static Work onChip(Equation equation) {
        return new Work(Family.of(equation), Cost.flops(equation), 0);
    }

    /** One kernel that does both; it is a product if either is. */
    public Work and(Work other) {
        var both = family.ordinal() <= other.family.ordinal() ? family : other.family;
        return new Work(both, Math.addExact(flops, other.flops), Math.addExact(bytes, other.bytes));
    }

    /** Bytes of a bound type where floating tensors are stored in {@code storage}. */
    public static long bytes(TensorType type, DType storage) {
        return type.dtype().isFloating() ? type.withDType(storage).bytes() : type.bytes();
    }
}
