package pleat.codegen.gpu;

import pleat.ir.kernel.Kernel;

/** Both factors of a product as they are staged; a part of the left one lies before that of the right one. */
record StagedFactors(Factor left, Factor right) {

    static StagedFactors of(Kernel kernel, Product product) {
        return new StagedFactors(Factor.of(kernel, product, product.factors().left(), product.axes().rows()),
                Factor.of(kernel, product, product.factors().right(), product.axes().columns()));
    }

    Factor of(FactorReads.Side side) {
        return switch (side) {
            case LEFT -> left;
            case RIGHT -> right;
        };
    }

    /** Whether something is copied as it is, and arrives later. */
    boolean copies(Kernel kernel, Product product) {
        return left.copied(kernel, product).isPresent() || right.copied(kernel, product).isPresent();
    }

    /** Bytes of a part before the right factor. */
    int rightBegin(UnitTiles tiles) {
        return tiles.bytes(left, tiles.rows());
    }

    /** Of a part. */
    int bytes(UnitTiles tiles) {
        return rightBegin(tiles) + tiles.bytes(right, tiles.columns());
    }
}
