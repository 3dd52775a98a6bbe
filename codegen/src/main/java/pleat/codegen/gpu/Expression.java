package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import pleat.ir.index.Scalar;

/** What is computed at a point of a block: read r of the body is leaf r. */
record Expression(ImmutableList<Leaf> leaves, Scalar body) {

    static Expression of(Leaf leaf) {
        return new Expression(ImmutableList.of(leaf), Scalar.read(0));
    }

    static Expression of(double value) {
        return new Expression(ImmutableList.of(), Scalar.of(value));
    }

    /** The body with its reads replaced by other expressions; equal leaves are merged. */
    static Expression compose(Scalar body, IntFunction<Expression> operands) {
        var leaves = new ArrayList<Leaf>();
        var composed = body.rewrite(node -> node instanceof Scalar.Read(int read) ? onto(operands.apply(read), leaves) : node);
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

    /** Tiles in memory that it reads, also to find rows. */
    Stream<Home> homes() {
        return leaves.stream().flatMap(leaf -> switch (leaf) {
            case Leaf.InHome(Home home) -> Stream.of(home);
            case Leaf.InRow(_, Expression row, _) -> row.homes();
            case Leaf.InBuffer _, Leaf.Drawn _, Leaf.InRegisters _ -> Stream.of();
        });
    }

    /** Buffers that it reads. */
    void eachBuffer(Consumer<Integer> visitor) {
        for (Leaf leaf : leaves) {
            switch (leaf) {
                case Leaf.InBuffer(int buffer, _) -> visitor.accept(buffer);
                case Leaf.InRow(int buffer, Expression row, _) -> {
                    visitor.accept(buffer);
                    row.eachBuffer(visitor);
                }
                case Leaf.Drawn(int seed, _, _) -> visitor.accept(seed);
                case Leaf.InHome _, Leaf.InRegisters _ -> {
                }
            }
        }
    }

    /** Whether it is just this leaf's number. */
    boolean isHome(Home home) {
        return body instanceof Scalar.Read && leaves.getFirst() instanceof Leaf.InHome(Home only) && only == home;
    }
}
