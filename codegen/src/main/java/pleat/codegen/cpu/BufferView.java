package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.type.DType;

/**
 * An access to a buffer as an affine function of the kernel's axes: {@code offset + sum(stride[axis] * position)}, in elements.
 *
 * @param strides for each axis of the kernel
 * @param panel the dim that is stored in panels; empty for a strided layout
 * @param bounds what a guarded access has to keep; empty if no point of the axes lies outside the buffer
 */
record BufferView(DType dtype, long offset, ImmutableList<Long> strides, Optional<Panel> panel, ImmutableList<Bound> bounds) {

    /**
     * The position {@code offset + sum(coefficient[axis] * position)} along a dim that is cut into panels of {@code factor} positions, which
     * lie side by side; the next panel is {@code stride} elements further.
     */
    record Panel(long factor, long stride, long offset, ImmutableList<Long> coefficients) {}

    /** A subscript that leaves its dim at some points of the axes. */
    record Bound(int dim, Index subscript, long extent) {}

    /** Empty if the access is no affine function of the axes: in a layout with several split dims. */
    static Optional<BufferView> of(Kernel.Parameter parameter, Access access, BlockSpace space) {
        var shape = parameter.type().shape();
        var pieceStrides = parameter.layout().pieceStrides(shape);
        var strides = new long[space.rank()];
        long offset = 0;
        Panel panel = null;
        for (int p = 0; p < pieceStrides.length; p++) {
            var piece = parameter.layout().pieces().get(p);
            Index index = access.subscripts().get(piece.dim());
            switch (piece.part()) {
                case Layout.Part.Whole _, Layout.Part.Padded _ -> {
                    offset += pieceStrides[p] * index.offset();
                    for (var term : index.terms()) {
                        strides[term.axis()] += pieceStrides[p] * term.coefficient();
                    }
                }
                case Layout.Part.Outer(long factor) -> {
                    if (panel != null) {
                        return Optional.empty();
                    }
                    panel = new Panel(factor, pieceStrides[p], index.offset(), coefficients(index, space));
                }
                case Layout.Part.Inner _ -> {
                    if (pieceStrides[p] != 1) {
                        return Optional.empty();
                    }
                }
            }
        }
        return Optional.of(new BufferView(parameter.type().dtype(), offset, listOf(strides), Optional.ofNullable(panel), bounds(parameter, access, space)));
    }

    private static ImmutableList<Long> coefficients(Index index, BlockSpace space) {
        var coefficients = new long[space.rank()];
        index.terms().forEach(term -> coefficients[term.axis()] = term.coefficient());
        return listOf(coefficients);
    }

    static ImmutableList<Long> listOf(long[] values) {
        return java.util.Arrays.stream(values).boxed().collect(ImmutableList.toImmutableList());
    }

    private static ImmutableList<Bound> bounds(Kernel.Parameter parameter, Access access, BlockSpace space) {
        var bounds = ImmutableList.<Bound>builder();
        var shape = parameter.type().shape();
        for (int d = 0; d < shape.length && access.guarded(); d++) {
            Index index = access.subscripts().get(d);
            long least = index.offset();
            long most = index.offset();
            for (var term : index.terms()) {
                long reach = term.coefficient() * Math.max(0, space.axes().get(term.axis()).extent() - 1);
                least += Math.min(0, reach);
                most += Math.max(0, reach);
            }
            if (least < 0 || most >= shape[d]) {
                bounds.add(new Bound(d, index, shape[d]));
            }
        }
        return bounds.build();
    }

    /** Whether every dim has one stride and no point lies outside: what a pointer can walk. */
    boolean isPlain() {
        return isStrided() && bounds.isEmpty();
    }

    boolean isStrided() {
        return panel.isEmpty();
    }

    long stride(int axis) {
        return strides.get(axis);
    }
}
