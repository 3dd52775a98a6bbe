package pleat.codegen.gpu;

import java.util.OptionalLong;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;

/** How far apart neighbours along an axis lie in a buffer. */
final class BufferStrides {
    private BufferStrides() {}

    /** Bytes from each position along an axis to the next, if that is so many everywhere. */
    static OptionalLong bytes(Kernel.Parameter parameter, Access access, int axis) {
        var strides = parameter.layout().pieceStrides(parameter.type().shape());
        long bytes = 0;
        for (int p = 0; p < strides.length; p++) {
            var piece = parameter.layout().pieces().get(p);
            long coefficient = access.subscripts().get(piece.dim()).coefficient(axis);
            if (coefficient != 0) {
                switch (piece.part()) {
                    case Layout.Part.Whole _, Layout.Part.Padded _ -> bytes += coefficient * strides[p] * parameter.type().dtype().bytes();
                    case Layout.Part.Outer _, Layout.Part.Inner _ -> {
                        return OptionalLong.empty();
                    }
                }
            }
        }
        return OptionalLong.of(bytes);
    }

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
