package pleat.codegen.cpu;

import java.util.Collection;

/** Writes the loops of an elementwise step. */
final class MapText {
    private final KernelText k;
    private final NestText nests;
    private final int lanes;

    /** @param lanes of the vectors to work in; 1: element by element */
    MapText(KernelText k, int lanes) {
        this.k = k;
        this.nests = new NestText(k);
        this.lanes = lanes;
    }

    /** {@code target[axes] = value} from a point on. */
    void write(Collection<Integer> axes, Expression value, TargetText.Target where, Point origin) {
        if (lanes > 1 && value.isLeaf()) {
            var transpose = TransposeText.of(axes, value.leaves().getFirst(), TargetText.leaf(where), k.kernel, k.space);
            if (transpose.isPresent()) {
                transpose.get().write(k, origin);
                return;
            }
        }
        var target = new TargetText(k, where);
        var operands = NestShape.Operands.of(value, target.strides(), k.kernel, k.space)
                .keeping(LeafStrides.positions(TargetText.leaf(where), k.kernel, k.space));
        var shape = NestShape.of(axes, operands, k.space, lanes);
        if (shape.lanes() == 1) {
            var text = new ExpressionText(k, value, 0, 1);
            nests.each(shape.loops(), origin, point -> target.scalar(point, text.scalar(point)));
            return;
        }
        var run = shape.loops().getLast();
        int axis = run.getLast();
        int width = shape.lanes();
        var text = new ExpressionText(k, value, axis, width);
        nests.each(shape.loops().subList(0, shape.loops().size() - 1), origin, outer -> {
            text.prepare(outer);
            nests.vectors(run, outer, width, (point, valid) -> target.vector(point, axis, width, text.vector(point, valid)),
                    (point, valid) -> target.vector(point, axis, width, text.vector(point, valid), valid));
        });
    }
}
