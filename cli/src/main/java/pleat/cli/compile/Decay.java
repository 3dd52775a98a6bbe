package pleat.cli.compile;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How much of an average over steps is left after the next one: a number from 0 on and below 1, at which nothing would ever be added. */
public final class Decay implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
        double decay = number(text);
        // A NaN is not in there either.
        if (!(decay >= 0 && decay < 1)) {
            throw new TypeConversionException("`" + text + "` is no decay of an average, which is at least 0 and less than 1, as in 0.999");
        }
        return decay;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }
}
