package pleat.cli.golden;

import java.lang.foreign.Arena;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** Tensors in which one entry stands for a whole dim, as array libraries broadcast them. */
final class Spread {
    private Spread() {}

    /** The tensor with its entries repeated; one that does not fit stays as it is, for what checks shapes to report. */
    static TensorData to(TensorHeader header, TensorData tensor) {
        if (!fits(header, tensor)) {
            return tensor;
        }
        var extents = header.shape();
        double[] given = tensor.toDoubles();
        var values = new double[Math.toIntExact(header.elements())];
        for (int i = 0; i < values.length; i++) {
            long rest = i;
            long stride = 1;
            long at = 0;
            for (int dim = extents.length() - 1; dim >= 0; dim--) {
                long extent = tensor.shape().get(dim);
                at += extent == 1 ? 0 : rest % extents.get(dim) * stride;
                rest /= extents.get(dim);
                stride *= extent;
            }
            values[i] = given[Math.toIntExact(at)];
        }
        return TensorData.ofDoubles(values, extents.toArray()).convert(tensor.dtype(), Arena.ofAuto());
    }

    private static boolean fits(TensorHeader header, TensorData tensor) {
        var extents = header.shape();
        var shape = tensor.shape();
        if (shape.equals(extents) || shape.length() != extents.length()) {
            return false;
        }
        for (int dim = 0; dim < extents.length(); dim++) {
            if (shape.get(dim) != 1 && shape.get(dim) != extents.get(dim)) {
                return false;
            }
        }
        return true;
    }
}
