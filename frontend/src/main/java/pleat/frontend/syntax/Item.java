package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** What stands at the outermost level of a file. */
public sealed interface Item {
    Name name();

    /** Makes the items of another file known: {@code import shapes.blocks}. */
    record Import(Name name) implements Item {}

    /** A {@code module}, or a {@code fn}, which has neither parameters nor instances. */
    record Module(Kind kind, Name name, Signature signature, Block body) implements Item {}

    /** A function of numbers that is put into the formulas that use it. */
    record ScalarFunction(Name name, ImmutableList<Name> parameters, Expression body) implements Item {}

    enum Kind {
        MODULE, FUNCTION
    }

    record Signature(ImmutableList<Input> inputs, ImmutableList<Output> outputs, ImmutableList<Setting> settings) {}

    /** @param condition the settings with which the module has this input; it has it always where there is none */
    record Input(Name name, TypeSyntax type, Optional<Expression> condition) {}

    /**
     * @param name empty where the one result has no name of its own
     * @param condition the settings with which the module has this result; it has it always where there is none
     */
    record Output(Optional<Name> name, TypeSyntax type, Optional<Expression> condition) {}

    /** @param value what it is where nobody gives it */
    record Setting(Name name, Optional<Range> range, Optional<Expression> value) {}

    /** Bounds of a symbolic size, and what divides it. */
    record Range(Expression low, Expression high, Optional<Expression> multiple) {}
}
