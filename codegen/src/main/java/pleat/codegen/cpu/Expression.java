package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.index.Scalar;

/** What is computed at a point of a block: read r of the body is leaf r. */
record Expression(ImmutableList<Leaf> leaves, Scalar body) {

    static Expression of(Leaf leaf) {
        return new Expression(ImmutableList.of(leaf), Scalar.read(0));
    }

    /** The body with its reads replaced by other expressions; equal leaves are merged. */
    static Expression compose(Scalar body, List<Expression> operands, BlockSpace space) {
        var leaves = new ArrayList<Leaf>();
        var composed = body.rewrite(node -> switch (node) {
            case Scalar.Read(int read) -> onto(operands.get(read), leaves);
            case Scalar.Extent(int axis) -> Scalar.of(space.axes().get(axis).extent());
            case Scalar.Const _, Scalar.Position _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        return new Expression(ImmutableList.copyOf(leaves), composed);
    }

    private static Scalar onto(Expression operand, List<Leaf> leaves) {
        return operand.body().rewrite(node -> {
            if (node instanceof Scalar.Read(int read)) {
                Leaf leaf = operand.leaves().get(read);
                if (!leaves.contains(leaf)) {
                    leaves.add(leaf);
                }
                return Scalar.read(leaves.indexOf(leaf));
            }
            return node;
        });
    }

    /** The leaf if there is nothing to compute. */
    boolean isLeaf() {
        return body instanceof Scalar.Read;
    }
}
