package pleat.passes.chunk;

import pleat.ir.tensor.Value;

/**
 * That a value is computed in chunks, together with all that only it needs.
 *
 * @param value the result of an equation
 * @param dim of the value, which is cut
 * @param width positions of a chunk; the last chunk may have fewer
 */
public record Choice(Value value, int dim, long width) {

    /** The extent that is cut. */
    public long extent() {
        return value.type().dims().get(dim).known();
    }

    /** {@code %z.4: f32[64, 64, 128] dim 0 by 16}. */
    @Override
    public String toString() {
        return "%s dim %d by %d".formatted(value, dim, width);
    }
}
