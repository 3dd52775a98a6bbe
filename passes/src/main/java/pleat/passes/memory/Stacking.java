package pleat.passes.memory;

/**
 * Bottoms of boxes and the height they reach.
 *
 * @param optimal no lower stacking exists
 */
record Stacking(long[] bottoms, long top, boolean optimal) {
    static Stacking lower(Stacking left, Stacking right) {
        return right.top < left.top ? right : left;
    }
}
