package pleat.ir.tensor;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/** Where the elements of a box stand in a tensor around it: the element at {@code index} at {@code offset + sum(strides[d] * index[d])}. */
public record RowMajor(ImmutableList<Long> strides, long offset) {

    /**
     * @param shape of the tensor
     * @param start where the box begins in each dim
     */
    static RowMajor of(long[] shape, long[] start) {
        var strides = new Long[shape.length];
        long stride = 1;
        long offset = 0;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            offset += stride * start[d];
            stride *= shape[d];
        }
        return new RowMajor(ImmutableList.copyOf(Arrays.asList(strides)), offset);
    }
}
