package pleat.cli.execute;

import pleat.ir.tensor.Function.Parameter;

/** The names under which arguments go to an {@link Executor}: an input and a cotangent may have the same external name. */
public final class Arguments {
    private Arguments() {}

    /** {@code in/m}, {@code param/linear.weight}, {@code cot/m}. */
    public static String key(Parameter parameter) {
        return switch (parameter.role()) {
            case INPUT, PLAIN -> "in/";
            case WEIGHT -> "param/";
            case COTANGENT -> "cot/";
        } + parameter.external();
    }
}
