package pleat.codegen.gpu;

import java.util.List;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;

/**
 * Whether {@code count} numbers of a buffer lie side by side wherever that many positions of an axis do, beginning at a multiple of {@code count}; all of
 * them are there or none.
 */
record Neighbours(Kernel kernel, int axis, int count) {

    /** As long as the buffer itself begins at such a multiple. */
    boolean lieIn(int buffer, Access access) {
        var parameter = kernel.parameters().get(buffer);
        KernelAxis along = kernel.axes().get(axis);
        boolean isEven = isMultiple(along.extent()) && (along.blocks() <= 1 || isMultiple(along.block()));
        boolean isWhole = parameter.type().rank() > 0 && access.rank() == parameter.type().rank();
        return isEven && isWhole && !access.guarded() && isDense(parameter, access.subscripts());
    }

    /** Whether they can be read as one, from a buffer that nobody writes. */
    boolean canBeRead(Leaf.InBuffer leaf) {
        return kernel.parameters().get(leaf.buffer()).mode() == Kernel.Mode.IN && lieIn(leaf.buffer(), leaf.access());
    }

    private boolean isDense(Kernel.Parameter parameter, List<Index> subscripts) {
        var pieces = parameter.layout().pieces();
        long[] strides = parameter.layout().pieceStrides(parameter.type().shape());
        var innermost = pieces.getLast();
        for (int p = 0; p < pieces.size() - 1; p++) {
            if (!isMultiple(strides[p])) {
                return false;
            }
        }
        for (int d = 0; d < subscripts.size(); d++) {
            Index index = subscripts.get(d);
            if (d == innermost.dim() ? !isAligned(index) : index.coefficient(axis) != 0) {
                return false;
            }
        }
        return switch (innermost.part()) {
            case Layout.Part.Whole _, Layout.Part.Padded _ -> true;
            case Layout.Part.Inner(long factor) -> isMultiple(factor);
            case Layout.Part.Outer _ -> false;
        };
    }

    private boolean isAligned(Index index) {
        return index.coefficient(axis) == 1 && isMultiple(index.offset())
                && index.terms().stream().allMatch(term -> term.axis() == axis || isMultiple(term.coefficient()));
    }

    private boolean isMultiple(long number) {
        return number % count == 0;
    }
}
