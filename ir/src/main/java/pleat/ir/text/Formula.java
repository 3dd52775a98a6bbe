package pleat.ir.text;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Objects;
import pleat.ir.diagnostic.Source;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/**
 * An equation as it is written, for instance {@code sum(k: 8) %a[i, k] * %b[k, j] -> f32[i: 4, j: 5]}: the equation, the names of
 * what it reads, and the element type of its result.
 *
 * @param operands name of what each read reads, without the percent sign; two reads may have one operand
 */
public record Formula(Equation equation, ImmutableList<String> operands, DType dtype) {
    public Formula {
        checkArgument(operands.size() == equation.reads().size(), "%s operands for %s reads", operands.size(),
                equation.reads().size());
    }

    /** Reads one formula; symbolic extents are bounded in a {@code where} after it. */
    public static Formula parse(String text) {
        return FormulaParser.parseAll(new Source("<formula>", text));
    }

    public TensorType resultType() {
        return new TensorType(dtype, equation.dims());
    }

    /** The op that computes this formula from values of the given names. */
    public Op.Compute bind(String result, Map<String, Value> values) {
        var bound = operands.stream().map(name -> Objects.requireNonNull(values.get(name), name)).toList();
        return Op.compute(new Value(result, resultType()), equation, bound);
    }

    /** The canonical text, on one line; parsing it gives an equal formula. */
    @Override
    public String toString() {
        return FormulaPrinter.printAll(this);
    }
}
