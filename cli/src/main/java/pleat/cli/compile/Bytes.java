package pleat.cli.compile;

import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts of memory as people write them: {@code 8GB} is 8 * 10^9, {@code 8GiB} is 8 * 2^30. */
public final class Bytes implements ITypeConverter<Long> {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s*([KMGT]?)(I?)B?");
    private static final String PREFIXES = "KMGT";

    @Override
    public Long convert(String text) {
        var amount = AMOUNT.matcher(text.toUpperCase(Locale.ROOT));
        if (!amount.matches()) {
            throw new TypeConversionException("`" + text + "` is no amount of memory; write 8GB, 500MB or a number of bytes");
        }
        int power = amount.group(2).isEmpty() ? 0 : PREFIXES.indexOf(amount.group(2)) + 1;
        return (long) (Double.parseDouble(amount.group(1)) * Math.pow(amount.group(3).isEmpty() ? 1000 : 1024, power));
    }

    /** {@code 12.3 MB}. */
    public static String text(long bytes) {
        double value = bytes;
        int power = 0;
        while (value >= 1000 && power < PREFIXES.length()) {
            value /= 1000;
            power++;
        }
        return power == 0 ? bytes + " B" : ("%." + (value < 10 ? 2 : value < 100 ? 1 : 0) + "f %cB").formatted(value, PREFIXES.charAt(power - 1));
    }
}
