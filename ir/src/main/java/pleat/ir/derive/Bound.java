package pleat.ir.derive;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.index.Equation;

/** An equation and what its reads read: {@code operands.get(r)} is read by {@code equation.reads().get(r)}. */
public record Bound<T>(Equation equation, ImmutableList<T> operands) {
    public Bound {
        checkArgument(operands.size() == equation.reads().size(), "%s operands for %s reads", operands.size(),
                equation.reads().size());
    }

    public static <T> Bound<T> of(Equation equation, List<T> operands) {
        return new Bound<>(equation, ImmutableList.copyOf(operands));
    }
}
