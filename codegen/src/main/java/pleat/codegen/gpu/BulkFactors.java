package pleat.codegen.gpu;

import java.util.Optional;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;

/** The factors of a product that come by bulk copies. */
record BulkFactors(Optional<BulkFactor> left, Optional<BulkFactor> right) {
    private static final BulkFactors NONE = new BulkFactors(Optional.empty(), Optional.empty());
    /** Of what counts the bytes of a part, and of shared memory's alignment. */
    private static final int COUNT_BYTES = Long.BYTES;
    private static final int ALIGNMENT = 16;

    /** @param stages parts at a time; with one of them nothing comes while another is multiplied, and threads may as well copy it */
    static BulkFactors of(Kernel kernel, GpuTarget target, Product product, UnitTiles tiles, int stages) {
        if (stages == 1 || !target.copiesBoxes() || !(tiles instanceof GroupTiles groups)) {
            return NONE;
        }
        var factors = StagedFactors.of(kernel, product);
        return new BulkFactors(BulkFactor.of(kernel, product, groups, FactorReads.Side.LEFT, factors.left()),
                BulkFactor.of(kernel, product, groups, FactorReads.Side.RIGHT, factors.right()));
    }

    Optional<BulkFactor> of(FactorReads.Side side) {
        return switch (side) {
            case LEFT -> left;
            case RIGHT -> right;
        };
    }

    boolean isEmpty() {
        return left.isEmpty() && right.isEmpty();
    }

    /** Whether both come so. */
    boolean areAll() {
        return left.isPresent() && right.isPresent();
    }

    Stream<BulkFactor> each() {
        return Stream.of(left, right).flatMap(Optional::stream);
    }

    /** Of shared memory behind so many parts. */
    int bytes(int stages) {
        return isEmpty() ? 0 : Math.ceilDiv(stages * COUNT_BYTES, ALIGNMENT) * ALIGNMENT;
    }

    /** Before what counts the bytes of a part. */
    static int count(int part) {
        return part * COUNT_BYTES;
    }
}
