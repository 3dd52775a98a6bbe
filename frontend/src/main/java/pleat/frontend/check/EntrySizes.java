package pleat.frontend.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.frontend.ConfigValue;
import pleat.frontend.ConfigValue.Symbolic;
import pleat.frontend.ConfigValue.Whole;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Item;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.type.Dim;

/** Sizes of a module that is compiled on its own: symbols for what nothing gives, and the bounds that are stated. */
final class EntrySizes {
    /** Of a size about which nothing is said, and in the place of bounds that were reported. */
    private static final Bounds ANY = new Bounds(1, 65_536, 1);

    private final Item.Module module;
    private final Consumer<Diagnostic> report;

    EntrySizes(Item.Module module, Consumer<Diagnostic> report) {
        this.module = module;
        this.report = report;
    }

    /** A symbol for each size of the inputs that has no value and of which the settings say nothing. */
    Map<String, ConfigValue> withoutSetting(Map<String, ConfigValue> values) {
        var symbols = new LinkedHashMap<>(symbols(values));
        module.signature().settings().forEach(setting -> symbols.remove(setting.name().text()));
        return symbols;
    }

    /** A symbol for each size of the inputs that has no value. */
    Map<String, ConfigValue> symbols(Map<String, ConfigValue> values) {
        var symbols = new LinkedHashMap<String, ConfigValue>();
        for (String name : SignatureNames.ofInputs(module).keySet()) {
            if (!values.containsKey(name)) {
                symbols.put(name, symbol(name, values));
            }
        }
        return symbols;
    }

    private ConfigValue symbol(String name, Map<String, ConfigValue> values) {
        var range = module.signature().settings().stream().filter(setting -> setting.name().text().equals(name)).findFirst()
                .flatMap(Item.Setting::range);
        var bounds = range.map(stated -> bounds(stated, values)).orElse(ANY);
        return new Symbolic(new Dim.Symbol(name, bounds.low(), bounds.high(), bounds.multiple()));
    }

    private record Bounds(long low, long high, long multiple) {}

    private Bounds bounds(Item.Range range, Map<String, ConfigValue> values) {
        var constants = new Constants(values, report);
        var low = constants.whole(range.low(), "the smallest size");
        var high = constants.whole(range.high(), "the largest size");
        var multiple = range.multiple().map(divisor -> constants.whole(divisor, "the divisor")).orElse(OptionalLong.of(1));
        if (low.isEmpty() || high.isEmpty() || multiple.isEmpty()) {
            return ANY;
        }
        if (low.getAsLong() < 1 || high.getAsLong() < low.getAsLong() || high.getAsLong() > Constants.MAX_SIZE
                || multiple.getAsLong() < 1) {
            report.accept(Diagnostic.of(CheckCode.BAD_SIZE, range.low().span().to(range.high().span()), "the bounds hold no size")
                    .note("sizes are whole numbers from 1 to 2^40"));
            return ANY;
        }
        return new Bounds(low.getAsLong(), high.getAsLong(), multiple.getAsLong());
    }

    /** Reports what cannot be a size, and sizes outside of their stated bounds. */
    void inRange(Map<String, ConfigValue> values) {
        SignatureNames.ofInputs(module).values().forEach(name -> new Constants(values, report).size(new NameUse(name)));
        for (var setting : module.signature().settings()) {
            if (setting.range().isEmpty() || !(values.get(setting.name().text()) instanceof Whole(long value))) {
                continue;
            }
            var bounds = bounds(setting.range().get(), values);
            if (value < bounds.low() || value > bounds.high() || value % bounds.multiple() != 0) {
                report.accept(Diagnostic.of(CheckCode.BAD_SIZE, setting.name().span(),
                        "`%s` is %d, which is outside of its bounds", setting.name(), value)
                        .note("they are %d..%d by %d", bounds.low(), bounds.high(), bounds.multiple()));
            }
        }
    }
}
