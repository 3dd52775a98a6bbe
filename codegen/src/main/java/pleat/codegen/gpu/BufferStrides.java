package pleat.codegen.gpu;

import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;

/** How far apart neighbours along an axis lie in a buffer. */
final class BufferStrides {
    private BufferStrides() {}

    /** In elements, between most neighbours; 0 if the axis does not matter. */
    static long along(Kernel.Parameter parameter, Access access, int axis) {
        var strides = parameter.layout().pieceStrides(parameter.type().shape());
        long[] ofDim = new long[parameter.type().rank()];
        for (int p = 0; p < strides.length; p++) {
            // Of the pieces of a split dim the inner one moves.
            int dim = parameter.layout().pieces().get(p).dim();
            ofDim[dim] = ofDim[dim] == 0 ? strides[p] : Math.min(ofDim[dim], strides[p]);
        }
        long stride = 0;
        int sliced = parameter.type().rank() - access.rank();
        for (int d = 0; d < access.rank(); d++) {
            stride += access.subscripts().get(d).coefficient(axis) * ofDim[d + sliced];
        }
        return Math.abs(stride);
    }
}
