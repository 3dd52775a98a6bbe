package pleat.passes.train;

import java.util.Optional;
import pleat.ir.tensor.Function;
import pleat.ir.type.TensorType;

/**
 * How a parameter follows its gradient. The function for a type takes, under these external names, the parameter {@code w}, its gradient {@code
 * g}, perhaps the scalars {@code rate} and {@code turn}, and whatever else it needs as state; it returns the new {@code w} and each state.
 */
public interface UpdateRule {
    Function of(TensorType type);

    /** The factor for all gradients, from the sum of their squares; empty: they are taken as they are. */
    Optional<Function> clip();

    /** How an average follows a parameter: it takes the new parameter as {@code w} and itself as {@code average}, and returns {@code average}; empty: there is none. */
    Optional<Function> average(TensorType type);
}
