package pleat.ir.text;

import java.util.stream.Collectors;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;

/** Meshes, shardings and transfers, as {@link MeshParser} reads them. */
final class MeshPrinter {
    private MeshPrinter() {}

    /** {@code split(model 0: 256 by 32)} with a blank before it; empty for the whole. */
    static String after(Sharding sharding) {
        return sharding.isWhole() ? "" : " " + sharding;
    }

    /** The dims that random numbers are a part of, with a blank before; empty for the whole. */
    static String cuts(Op.Random random) {
        return random.cuts().isEmpty() ? "" : random.cuts().stream().map(c -> c.dim() + ": " + c.start() + " of " + c.extent())
                .collect(Collectors.joining(", ", " cut(", ")"));
    }

    /** @param operand the operand in the text */
    static String print(Transfer transfer, String operand) {
        return switch (transfer) {
            case Transfer.AllGather(Split split, boolean equal) -> "all_gather " + operand + " along " + split + (equal ? " equal" : "");
            case Transfer.ReduceScatter(Split split, var reduction) -> "reduce_scatter " + operand + " along " + split + " " + reduction.text();
            case Transfer.AllReduce(String axis, var reduction) -> "all_reduce " + operand + " along " + axis + " " + reduction.text();
            case Transfer.AllToAll(Split split, Split to) -> "all_to_all " + operand + " along " + split + " to " + to;
            case Transfer.Halo(Split split, long before, long after) -> "halo " + operand + " along " + split + sides(before, after);
            case Transfer.FoldHalo(Split split, long before, long after) -> "fold_halo " + operand + " along " + split + sides(before, after);
            case Transfer.Vary(String axis) -> "vary " + operand + " along " + axis;
            case Transfer.Slice(Split split) -> "slice " + operand + " along " + split;
        };
    }

    private static String sides(long before, long after) {
        return " before " + before + " after " + after;
    }
}
