package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Pin;

/** The pins that models come with, for plans that were published for them: {@code MODULE.PLAN.pins} beside the models. */
public final class ShippedPins {
    private static final String FOLDER = "/pleat/models/plans/";

    private ShippedPins() {}

    public static ImmutableMap<NamedPlan, ImmutableList<Pin>> of(String module) {
        var all = ImmutableMap.<NamedPlan, ImmutableList<Pin>>builder();
        for (NamedPlan plan : NamedPlan.values()) {
            plan.pins().map(name -> FOLDER + module + "." + name + ".pins").ifPresent(file -> read(plan, file, all));
        }
        return all.buildOrThrow();
    }

    private static void read(NamedPlan plan, String file, ImmutableMap.Builder<NamedPlan, ImmutableList<Pin>> all) {
        try (var stream = ShippedPins.class.getResourceAsStream(file)) {
            if (stream != null) {
                all.put(plan, Pin.parse(file, new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(file, failure);
        }
    }
}
