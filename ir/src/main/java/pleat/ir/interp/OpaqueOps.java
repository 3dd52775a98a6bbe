package pleat.ir.interp;

import java.util.Arrays;
import pleat.ir.tensor.Op;

/** Runs the ops that have no equation. */
final class OpaqueOps {
    private OpaqueOps() {}

    static NdArray gather(NdArray table, NdArray indices, long[] resultShape) {
        NdArray result = NdArray.filled(0, resultShape);
        int row = rowSize(table);
        for (int i = 0; i < indices.size(); i++) {
            double index = indices.at(i);
            if (isRow(index, table.extent(0))) {
                System.arraycopy(table.data(), table.start() + (int) index * row, result.data(), i * row, row);
            }
        }
        return result;
    }

    static NdArray scatterAdd(NdArray updates, NdArray indices, long[] resultShape) {
        NdArray result = NdArray.filled(0, resultShape);
        int row = rowSize(result);
        for (int i = 0; i < indices.size(); i++) {
            double index = indices.at(i);
            if (isRow(index, result.extent(0))) {
                for (int k = 0; k < row; k++) {
                    result.data()[(int) index * row + k] += updates.at(i * row + k);
                }
            }
        }
        return result;
    }

    static NdArray random(Op.Random op, NdArray seed, long[] resultShape) {
        NdArray result = NdArray.filled(0, resultShape);
        var positions = op.positions();
        for (int i = 0; i < result.size(); i++) {
            long position = positions.offset();
            int rest = i;
            for (int d = resultShape.length - 1; d >= 0; d--) {
                position += positions.strides().get(d) * (rest % resultShape[d]);
                rest /= (int) resultShape[d];
            }
            result.data()[i] = Philox.uniform((long) seed.at(0), op.stream(), position);
        }
        return result;
    }

    private static int rowSize(NdArray table) {
        return (int) Arrays.stream(table.shape()).skip(1).reduce(1, (a, b) -> a * b);
    }

    /** Not for NaN either, which is no position. */
    private static boolean isRow(double index, long rows) {
        return index >= 0 && index < rows;
    }
}
