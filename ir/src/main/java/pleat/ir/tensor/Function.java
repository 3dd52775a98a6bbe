package pleat.ir.tensor;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.mesh.Sharding;

/**
 * A function in SSA form: every operand is a parameter or the result of an earlier op.
 *
 * @param returns what it returns, in order, with the external name of each (the value's name where nothing outside sees it)
 */
public record Function(String name, ImmutableList<Parameter> parameters, ImmutableList<Op> body, ImmutableList<Return> returns) {

    /**
     * What a parameter is to the outside world. Only the entry function has parameters other than {@link Role#PLAIN}. A result under the
     * external name of a {@link Role#STATE} is its value for the next run, and lies where it lay.
     */
    public enum Role {
        PLAIN, INPUT, WEIGHT, COTANGENT, STATE
    }

    /**
     * @param external name in input or weight files; in a weight stacked over a repetition the text <code>{i}</code> stands for the position
     *        along dim 0
     * @param sharding which part of the tensor of that name this device has
     */
    public record Parameter(Value value, Role role, String external, Sharding sharding) {
        /** One that every device has all of. */
        public Parameter(Value value, Role role, String external) {
            this(value, role, external, Sharding.WHOLE);
        }

        public static Parameter plain(Value value) {
            return new Parameter(value, Role.PLAIN, value.name());
        }

        /** As another value: the same to the outside world. */
        public Parameter as(Value other) {
            return new Parameter(other, role, external, sharding);
        }
    }

    /** @param sharding which part of the tensor of that name this device has */
    public record Return(Value value, String external, Sharding sharding) {
        /** One that every device has all of. */
        public Return(Value value, String external) {
            this(value, external, Sharding.WHOLE);
        }

        /** As another value: the same to the outside world. */
        public Return as(Value other) {
            return new Return(other, external, sharding);
        }
    }

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
