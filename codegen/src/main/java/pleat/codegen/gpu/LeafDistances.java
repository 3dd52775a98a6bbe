package pleat.codegen.gpu;

import pleat.ir.kernel.Kernel;

/** How far apart a leaf's elements lie. */
final class LeafDistances {
    private LeafDistances() {}

    /** Elements between neighbours along an axis; 0 if they are one. */
    static long of(Kernel kernel, Leaf leaf, int axis) {
        return switch (leaf) {
            case Leaf.InHome(Home home) -> home.stride(axis);
            case Leaf.InBuffer(int buffer, var access) -> BufferStrides.along(kernel.parameters().get(buffer), access, axis);
            case Leaf.InRow(int buffer, _, var access) -> BufferStrides.along(kernel.parameters().get(buffer), access, axis);
            case Leaf.Drawn _, Leaf.InRegisters _ -> 0;
        };
    }

    /** Whether it surely is the same number at all positions of an axis. */
    static boolean isSame(Leaf leaf, int axis) {
        return switch (leaf) {
            case Leaf.InHome(Home home) -> home.stride(axis) == 0;
            case Leaf.InBuffer(_, var access) -> access.subscripts().stream().allMatch(index -> index.coefficient(axis) == 0);
            case Leaf.InRow _, Leaf.Drawn _, Leaf.InRegisters _ -> false;
        };
    }
}
