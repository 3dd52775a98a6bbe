package pleat.frontend.check;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Optional;

/** An affine subscript over axes: {@code 32*w + t - 48}. Coefficients are not zero. */
public record LinearIndex(ImmutableMap<AxisVariable, Long> coefficients, long offset) {

    static LinearIndex constant(long value) {
        return new LinearIndex(ImmutableMap.of(), value);
    }

    static LinearIndex axis(AxisVariable axis) {
        return new LinearIndex(ImmutableMap.of(axis, 1L), 0);
    }

    LinearIndex plus(LinearIndex other) {
        var sum = new LinkedHashMap<>(coefficients);
        other.coefficients.forEach((axis, coefficient) -> sum.merge(axis, coefficient, Math::addExact));
        sum.values().removeIf(coefficient -> coefficient == 0);
        return new LinearIndex(ImmutableMap.copyOf(sum), Math.addExact(offset, other.offset));
    }

    LinearIndex times(long factor) {
        var product = new LinkedHashMap<AxisVariable, Long>();
        if (factor != 0) {
            coefficients.forEach((axis, coefficient) -> product.put(axis, Math.multiplyExact(coefficient, factor)));
        }
        return new LinearIndex(ImmutableMap.copyOf(product), Math.multiplyExact(offset, factor));
    }

    /** The axis, where the subscript is nothing else. */
    public Optional<AxisVariable> bare() {
        boolean bare = offset == 0 && coefficients.size() == 1 && coefficients.values().iterator().next() == 1;
        return bare ? Optional.of(coefficients.keySet().iterator().next()) : Optional.empty();
    }

    boolean isConstant() {
        return coefficients.isEmpty();
    }
}
