package pleat.runtime.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/**
 * What a kernel computes if that is one product of matrices that lie as a library of such products takes them: {@code result[b, r, c] = sum[d] left[b, r, d]
 * * right[b, d, c]}, where neighbours along the rows of the result are neighbours in memory. See Note [Which side is left].
 */
public record PlainProduct(Size size, Matrix left, Matrix right, Matrix result) {

    /** @param batch how many products there are */
    public record Size(long rows, long columns, long depth, long batch) {}

    /**
     * A parameter as matrices. Columns are stretches of memory, unless it is turned: then rows are.
     *
     * @param parameter its number among those of the kernel
     * @param start of the first element, in elements
     * @param pitch elements from one stretch to the next
     * @param batchStride elements from one matrix to the next
     */
    public record Matrix(int parameter, DType dtype, long start, boolean turned, long pitch, long batchStride) {
        long bytes(long elements) {
            return elements * dtype.bytes();
        }
    }

    /** An axis, and how far apart its neighbours are in each of the three, in elements; 0 if the axis is none of its own. */
    private record Walk(long extent, long left, long right, long result) {
        boolean isDepth() {
            return left != 0 && right != 0 && result == 0;
        }

        boolean isBatch() {
            return left != 0 && right != 0 && result != 0;
        }

        boolean isRow() {
            return left != 0 && right == 0 && result != 0;
        }

        boolean isColumn() {
            return left == 0 && right != 0 && result != 0;
        }

        boolean isForward() {
            return left >= 0 && right >= 0 && result >= 0;
        }

        /** Whether the two together are one axis everywhere. */
        boolean continues(Walk inner) {
            return left == inner.left * inner.extent && right == inner.right * inner.extent && result == inner.result * inner.extent;
        }

        Walk around(Walk inner) {
            return new Walk(extent * inner.extent, inner.left, inner.right, inner.result);
        }

        Walk exchanged() {
            return new Walk(extent, right, left, result);
        }
    }

    private static final Walk ONCE = new Walk(1, 0, 0, 0);

    /** Empty for all other kernels, and for products that no library takes as they lie. */
    public static Optional<PlainProduct> of(Kernel kernel) {
        return SumOfProducts.of(kernel).flatMap(sum -> of(kernel, sum));
    }

    private static Optional<PlainProduct> of(Kernel kernel, SumOfProducts sum) {
        var left = new Place(kernel, sum.left().buffer(), sum.left().access());
        var right = new Place(kernel, sum.right().buffer(), sum.right().access());
        var result = new Place(kernel, sum.result().buffer(), sum.result().access());
        if (!left.isStrided() || !right.isStrided() || !result.isStrided() || !areTaken(left.dtype(), right.dtype(), result.dtype())) {
            return Optional.empty();
        }
        var walks = new ArrayList<Walk>();
        for (int axis = 0; axis < kernel.axes().size(); axis++) {
            long extent = kernel.axes().get(axis).extent();
            var walk = new Walk(extent, left.stride(axis), right.stride(axis), result.stride(axis));
            // A diagonal has an axis that walks through both factors and not through the result, and is not summed.
            if (extent == 0 || !walk.isForward() || extent > 1 && walk.isDepth() != sum.summed().contains(axis)) {
                return Optional.empty();
            }
            if (extent > 1) {
                walks.add(walk);
            }
        }
        return of(walks, left, right, result).or(() -> of(walks.stream().map(Walk::exchanged).toList(), right, left, result));
    }

    private static Optional<PlainProduct> of(List<Walk> walks, Place left, Place right, Place result) {
        var rows = joined(walks, Walk::isRow);
        var columns = joined(walks, Walk::isColumn);
        var depth = joined(walks, Walk::isDepth);
        var batch = joined(walks, Walk::isBatch);
        boolean isAll = walks.stream().allMatch(walk -> walk.isRow() || walk.isColumn() || walk.isDepth() || walk.isBatch());
        if (!isAll || rows.size() != 1 || columns.size() != 1 || depth.size() != 1 || batch.size() > 1) {
            return Optional.empty();
        }
        var r = rows.getFirst();
        var c = columns.getFirst();
        var d = depth.getFirst();
        var b = batch.isEmpty() ? ONCE : batch.getFirst();
        if (r.result() != 1 || c.result() < r.extent()) {
            return Optional.empty();
        }
        var size = new Size(r.extent(), c.extent(), d.extent(), b.extent());
        boolean fits = List.of(r, c, d, b).stream().allMatch(walk -> walk.extent() <= Integer.MAX_VALUE);
        return left.matrix(r, d, b, Walk::left).filter(_ -> fits).flatMap(first -> right.matrix(d, c, b, Walk::right)
                .map(second -> new PlainProduct(size, first, second, new Matrix(result.parameter(), result.dtype(), result.start(), false, c.result(), b.result()))));
    }

    /** Axes of one kind, those that follow each other everywhere as one. */
    private static List<Walk> joined(List<Walk> walks, Predicate<Walk> kind) {
        var sorted = walks.stream().filter(kind).sorted(Comparator.comparingLong((Walk w) -> Math.max(w.result(), w.left())).reversed()).toList();
        var joined = new ArrayList<Walk>();
        for (Walk walk : sorted) {
            if (!joined.isEmpty() && joined.getLast().continues(walk)) {
                joined.add(joined.removeLast().around(walk));
            } else {
                joined.add(walk);
            }
        }
        return joined;
    }

    /** Sums are of 32 bits whatever is stored, as in Pleat's own kernels. */
    private static boolean areTaken(DType left, DType right, DType result) {
        return left == right && switch (left) {
            case F32 -> result == DType.F32;
            case BF16, F16 -> result == DType.F32 || result == left;
            case F64, I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /** Where a kernel reads or writes one of its parameters. */
    private record Place(Kernel kernel, int parameter, Access access) {
        DType dtype() {
            return kernel.parameters().get(parameter).type().dtype();
        }

        boolean isStrided() {
            return kernel.parameters().get(parameter).layout().isStrided();
        }

        private long[] strides() {
            var of = kernel.parameters().get(parameter);
            return of.layout().dimStrides(of.type().shape());
        }

        long stride(int axis) {
            var strides = strides();
            long stride = 0;
            for (int dim = 0; dim < strides.length; dim++) {
                stride += strides[dim] * access.subscripts().get(dim).coefficient(axis);
            }
            return stride;
        }

        long start() {
            var strides = strides();
            long start = 0;
            for (int dim = 0; dim < strides.length; dim++) {
                start += strides[dim] * access.subscripts().get(dim).offset();
            }
            return start;
        }

        Optional<Matrix> matrix(Walk rows, Walk columns, Walk batch, ToLongFunction<Walk> stride) {
            long down = stride.applyAsLong(rows);
            long across = stride.applyAsLong(columns);
            if (down == 1 && across >= rows.extent()) {
                return Optional.of(new Matrix(parameter, dtype(), start(), false, across, stride.applyAsLong(batch)));
            }
            if (across == 1 && down >= columns.extent()) {
                return Optional.of(new Matrix(parameter, dtype(), start(), true, down, stride.applyAsLong(batch)));
            }
            return Optional.empty();
        }
    }

    /**
     * Whether no byte of the result is one of a factor: a kernel may be given memory of a factor for its result, which it reads before it writes.
     *
     * @param addresses of the kernel's parameters
     */
    boolean isApart(long[] addresses) {
        long from = address(result, addresses);
        long to = from + span(result, size.rows(), size.columns());
        long leftFrom = address(left, addresses);
        long leftTo = leftFrom + span(left, left.turned() ? size.depth() : size.rows(), left.turned() ? size.rows() : size.depth());
        long rightFrom = address(right, addresses);
        long rightTo = rightFrom + span(right, right.turned() ? size.columns() : size.depth(), right.turned() ? size.depth() : size.columns());
        return (to <= leftFrom || leftTo <= from) && (to <= rightFrom || rightTo <= from);
    }

    static long address(Matrix matrix, long[] addresses) {
        return addresses[matrix.parameter()] + matrix.bytes(matrix.start());
    }

    private long span(Matrix matrix, long stretch, long stretches) {
        return matrix.bytes((size.batch() - 1) * matrix.batchStride() + (stretches - 1) * matrix.pitch() + stretch);
    }

    /** {@code 256 x 128 x 64 of bf16, 32 times}: rows, columns, depth. */
    public String text() {
        return "%d x %d x %d of %s%s".formatted(size.rows(), size.columns(), size.depth(), left.dtype().name().toLowerCase(Locale.ROOT),
                size.batch() > 1 ? ", " + size.batch() + " times" : "");
    }
}

// Note [Which side is left]
// ~~~~~~~~~~~~~~~~~~~~~~~~~
// The library keeps matrices by columns. A result of Pleat's whose last axis is one of the right factor has that axis as rows here, and its right factor is
// the left one: (A B) by rows is (B^T A^T) by columns. So the result is never turned, and each factor may be, which is all that the library has.
