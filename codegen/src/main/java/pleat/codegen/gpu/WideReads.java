package pleat.codegen.gpu;

import java.util.List;
import java.util.Optional;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.type.DType;

/**
 * Whether 16 bytes of a buffer lie side by side wherever a product wants neighbours along its depth, as long as the buffer itself begins at a multiple of
 * 16.
 */
final class WideReads {
    static final int BYTES = 16;

    private final Kernel kernel;
    private final int axis;
    private final int count;

    private WideReads(Kernel kernel, int axis, int count) {
        this.kernel = kernel;
        this.axis = axis;
        this.count = count;
    }

    /** The leaf that a factor is, if nothing is computed from it and it can be read so. */
    static Optional<Leaf.InBuffer> of(Kernel kernel, Product product, Expression factor) {
        if (!(factor.body() instanceof Scalar.Read) || !(factor.leaves().getFirst() instanceof Leaf.InBuffer leaf)) {
            return Optional.empty();
        }
        DType dtype = kernel.parameters().get(leaf.buffer()).type().dtype();
        boolean isStaged = dtype == switch (product.fragments()) {
            case BF16 -> DType.BF16;
            case TF32_TWICE -> DType.F32;
        };
        return isStaged && new WideReads(kernel, product.axes().depth().getLast(), BYTES / dtype.bytes()).allows(leaf) ? Optional.of(leaf) : Optional.empty();
    }

    private boolean allows(Leaf.InBuffer leaf) {
        var parameter = kernel.parameters().get(leaf.buffer());
        KernelAxis along = kernel.axes().get(axis);
        boolean isEven = isMultiple(along.extent()) && (along.blocks() <= 1 || isMultiple(along.block()));
        return isEven && parameter.mode() == Kernel.Mode.IN && !leaf.access().guarded() && parameter.type().rank() > 0
                && isDense(parameter, leaf.access().subscripts());
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
