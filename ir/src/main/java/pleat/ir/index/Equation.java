package pleat.ir.index;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.type.Dim;

/**
 * The one fact an op consists of: {@code out[write(p)] = reduction over p of body(in_r[reads_r(p)])} for every point p of the box that the
 * axes span. Everything else about the op (type, cost, shardings, gradient, loops, text) is derived from it.
 *
 * <p>Axes that do not occur in {@code write} are reduced. Places that no point writes hold the reduction's identity. Reads are numbered by
 * position; {@code reads.get(r)} belongs to operand r of the op that holds the equation. Normal form (see {@code pleat.ir.derive.Normalize}):
 * write axes first and in the order of the result's dims, reads numbered by first use in the body, equal reads merged, unused ones dropped.
 *
 * @param dims extents of the result; equal to the axes' extents where {@code write} is bare
 */
public record Equation(ImmutableList<Axis> axes, ImmutableList<Access> reads, Target target, Reduction reduction, Scalar body) {

    /**
     * Where the result goes.
     *
     * @param dims extents of the result; equal to the axes' extents where {@code write} is bare
     */
    public record Target(Access write, ImmutableList<Dim> dims) {
        public Target {
            checkArgument(write.rank() == dims.size(), "write has %s subscripts for %s dims", write.rank(), dims.size());
            checkArgument(!write.guarded(), "a write cannot be guarded");
        }
    }

    public Equation {
        int axisCount = axes.size();
        int readCount = reads.size();
        reads.forEach(access -> checkAxes(access, axisCount));
        checkAxes(target.write(), axisCount);
        body.visit(node -> {
            switch (node) {
                case Scalar.Read(int read) -> checkArgument(read >= 0 && read < readCount, "body uses read %s of %s", read, readCount);
                case Scalar.Position(int axis) -> checkArgument(axis >= 0 && axis < axisCount, "body uses axis %s of %s", axis, axisCount);
                case Scalar.Extent(int axis) -> checkArgument(axis >= 0 && axis < axisCount, "body uses axis %s of %s", axis, axisCount);
                case Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> {
                }
            }
        });
    }

    private static void checkAxes(Access access, int axisCount) {
        access.subscripts().forEach(index -> index.terms()
                .forEach(term -> checkArgument(term.axis() >= 0 && term.axis() < axisCount, "subscript uses axis %s of %s", term.axis(), axisCount)));
    }

    /** The common form: the first {@code rank} axes are the result's dims, the others are reduced. */
    public static Equation of(List<Axis> axes, int rank, List<Access> reads, Reduction reduction, Scalar body) {
        var write = Access.bare(IntStream.range(0, rank).toArray());
        var dims = axes.stream().limit(rank).map(Axis::extent).collect(ImmutableList.toImmutableList());
        return new Equation(ImmutableList.copyOf(axes), ImmutableList.copyOf(reads), new Target(write, dims), reduction, body);
    }

    public Access write() {
        return target.write();
    }

    /** Extents of the result. */
    public ImmutableList<Dim> dims() {
        return target.dims();
    }

    /** Whether an axis is combined away rather than written. */
    public boolean isReduced(int axis) {
        return !write().uses(axis);
    }

    /** Positions of the reduced axes, ascending. */
    public ImmutableList<Integer> reducedAxes() {
        return IntStream.range(0, axes.size()).filter(this::isReduced).boxed().collect(ImmutableList.toImmutableList());
    }

    /** Whether each place is written by exactly one point, i.e. the equation only maps and moves elements. */
    public boolean isMap() {
        return reduction instanceof Reduction.None;
    }
}
