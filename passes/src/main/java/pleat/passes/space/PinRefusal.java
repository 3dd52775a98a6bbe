package pleat.passes.space;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Value;
import pleat.passes.space.Layout.Part;

/** Why pins cannot be kept, in words. */
final class PinRefusal {
    private final List<Pin> pins;
    private final Ranks ranks;

    PinRefusal(List<Pin> pins, Ranks ranks) {
        this.pins = pins;
        this.ranks = ranks;
    }

    /** Refuses a pin that would do nothing. */
    static void unlessNamed(Pin pin, List<SegmentFacts> facts) {
        var given = facts.stream().flatMap(segment -> segment.segment().given().stream()).toList();
        var made = facts.stream().flatMap(segment -> segment.clusters().stream()).flatMap(cluster -> cluster.members().stream()).toList();
        if (given.stream().noneMatch(pin::isForGiven) && made.stream().noneMatch(member -> pin.isFor(member.result(), member.op().location()))) {
            var there = pin.place().isEmpty() ? given.stream() : made.stream().filter(member -> pin.isAt(member.op().location())).map(Cluster.Member::result);
            throw new UserException("no value of the model is what the pin `%s` is for\n  = note: %s: %s".formatted(pin,
                    pin.place().map(place -> "values that are made at " + place).orElse("values that a repetition is given"),
                    there.map(value -> "`" + value.name() + "`").distinct().collect(Collectors.collectingAndThen(Collectors.joining(", "), all -> all.isEmpty() ? "none" : all))));
        }
    }

    /** @param strategies what there is without pins */
    String of(Cluster cluster, List<Strategy> strategies) {
        var broken = cluster.members().stream().flatMap(member -> pins.stream().filter(pin -> pin.isFor(member.result(), member.op().location()))
                .map(pin -> alone(pin, member.result(), strategies.stream().map(strategy -> strategy.of(member.result()))))).flatMap(Optional::stream).findFirst();
        return broken.orElseGet(() -> cluster.members().stream().flatMap(member -> pins.stream().filter(pin -> pin.isFor(member.result(), member.op().location())))
                .distinct().map(pin -> "`" + pin + "`").collect(Collectors.joining(", ", "these pins are about ops that are split alike, and no split meets all: ", "")));
    }

    /** @param layouts in which a repetition can be given it */
    Optional<String> ofGiven(Value value, List<Layout> layouts) {
        return pins.stream().filter(pin -> pin.isForGiven(value)).map(pin -> alone(pin, value, layouts.stream())).flatMap(Optional::stream).findFirst();
    }

    /** Empty if a layout is as the pin says. */
    private Optional<String> alone(Pin pin, Value value, Stream<Layout> layouts) {
        var all = layouts.distinct().toList();
        return all.stream().anyMatch(layout -> pin.holds(value, layout, ranks)) ? Optional.empty() : Optional.of(
                "`%s` cannot lie as the pin `%s` says: %s; it can lie as %s".formatted(value.name(), pin, why(pin, value),
                        all.stream().map(Layout::toString).distinct().collect(Collectors.joining(", "))));
    }

    private String why(Pin pin, Value value) {
        var dims = value.type().dims();
        int devices = ranks.sizes().stream().filter(size -> size > 1).findFirst().orElse(1);
        if (pin.dim().isEmpty()) {
            return "its op is always split";
        }
        int dim = pin.dimOf(value);
        if (dim < 0 || dim >= dims.size()) {
            return "it has " + dims.size() + " dims";
        }
        long extent = dims.get(dim).known();
        return new Part.Cut(dim, extent, 1).isFor(devices) ? "no split of its op leaves dim %d, of extent %d, over %d devices".formatted(dim, extent, devices)
                : "dim %d has extent %d, and there are %d devices".formatted(dim, extent, devices);
    }
}
