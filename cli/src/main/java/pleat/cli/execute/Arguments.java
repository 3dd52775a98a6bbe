package pleat.cli.execute;

import pleat.ir.plan.Plan;
import pleat.ir.tensor.Function.Parameter;

/** The names under which arguments go to an {@link Executor}: an input and a cotangent may have the same external name. */
public final class Arguments {
    private Arguments() {}

    /** The same for the buffer that holds the parameter in a plan. */
    public static String key(Plan.Buffer buffer) {
        return switch (buffer.place().kind()) {
            case INPUT, CONSUMED -> "in/";
            case STATE -> "state/";
            case WEIGHT -> "param/";
            case COTANGENT -> "cot/";
            case OUTPUT, TEMPORARY, SCRATCH -> throw new IllegalStateException("buffer `" + buffer.name() + "` is no parameter");
        } + buffer.place().external();
    }

    /** {@code in/m}, {@code param/linear.weight}, {@code cot/m}. */
    public static String key(Parameter parameter) {
        return switch (parameter.role()) {
            case INPUT, PLAIN -> "in/";
            case STATE -> "state/";
            case WEIGHT -> "param/";
            case COTANGENT -> "cot/";
        } + parameter.external();
    }
}
