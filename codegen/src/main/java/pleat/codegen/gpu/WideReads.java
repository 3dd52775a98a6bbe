package pleat.codegen.gpu;

import java.util.Optional;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/**
 * Whether 16 bytes of a buffer lie side by side wherever a product wants neighbours along its depth, as long as the buffer itself begins at a multiple of
 * 16.
 */
final class WideReads {
    static final int BYTES = 16;

    private WideReads() {}

    /** The leaf that a factor is, if nothing is computed from it and it can be read so. */
    static Optional<Leaf.InBuffer> of(Kernel kernel, Product product, Expression factor) {
        return of(kernel, product.fragments(), factor, product.axes().depth().getLast());
    }

    /** The leaf that a factor is, if nothing is computed from it and it can be read so along an axis. */
    static Optional<Leaf.InBuffer> of(Kernel kernel, Product.Fragments fragments, Expression factor, int axis) {
        if (!(factor.body() instanceof Scalar.Read) || !(factor.leaves().getFirst() instanceof Leaf.InBuffer leaf)) {
            return Optional.empty();
        }
        DType dtype = kernel.parameters().get(leaf.buffer()).type().dtype();
        return dtype == fragments.staged && new Neighbours(kernel, axis, BYTES / dtype.bytes()).canBeRead(leaf) ? Optional.of(leaf) : Optional.empty();
    }

    /** Whether four numbers of a buffer, from a multiple of four on along an axis, can be moved at once. */
    static boolean hasGroups(Kernel kernel, Leaf.InBuffer leaf, int axis) {
        var parameter = kernel.parameters().get(leaf.buffer());
        DType dtype = parameter.type().dtype();
        return VectorRows.have(dtype) && new Neighbours(kernel, axis, ResultHomes.GROUP).lieIn(leaf.buffer(), leaf.access());
    }
}
