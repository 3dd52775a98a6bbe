package pleat.ir.tensor;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A function in SSA form: every operand is a parameter or the result of an earlier op.
 *
 * @param returns what it returns, in order, with the external name of each (the value's name where nothing outside sees it)
 */
public record Function(String name, ImmutableList<Parameter> parameters, ImmutableList<Op> body, ImmutableList<Return> returns) {

    /** What a parameter is to the outside world. Only the entry function has parameters other than {@link Role#PLAIN}. */
    public enum Role {
        PLAIN, INPUT, WEIGHT, COTANGENT
    }

    /**
     * @param external name in input or weight files; in a weight stacked over a repetition the text <code>{i}</code> stands for the position
     *        along dim 0
     */
    public record Parameter(Value value, Role role, String external) {
        public static Parameter plain(Value value) {
            return new Parameter(value, Role.PLAIN, value.name());
        }
    }

    public record Return(Value value, String external) {}

    public ImmutableList<Value> arguments() {
        return parameters.stream().map(Parameter::value).collect(ImmutableList.toImmutableList());
    }

    public ImmutableList<Value> results() {
        return returns.stream().map(Return::value).collect(ImmutableList.toImmutableList());
    }

    public Function withBody(List<Op> newBody) {
        return new Function(name, parameters, ImmutableList.copyOf(newBody), returns);
    }
}
