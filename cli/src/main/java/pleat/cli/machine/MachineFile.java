package pleat.cli.machine;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.cli.Json;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.TilePart;
import pleat.passes.machine.Timed;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads the description of a machine; everything that is wrong with one is said with its place. */
public final class MachineFile {
    private MachineFile() {}

    /** @param file what messages call it */
    public static Machine parse(String name, String file, String text) {
        try {
            return machine(name, new JsonPlace(file, "", JsonMapper.shared().readTree(text)));
        } catch (JacksonException failure) {
            throw new UserException(file + " is not JSON: " + Json.fault(failure), failure);
        }
    }

    private static Machine machine(String name, JsonPlace root) {
        root.only("origin", "flops_per_second", "memory", "launch_seconds", "efficiency", "links", "collectives", "interval", "timed");
        var origin = root.at("origin").only("kind", "source", "date");
        return new Machine(name, new Machine.Origin(word(origin.at("kind"), Machine.Kind.values(), kind -> kind.name().toLowerCase(Locale.ROOT)),
                origin.at("source").text(), origin.at("date").text()), device(root), fabric(root), interval(root), timed(root));
    }

    private static Optional<Timed> timed(JsonPlace root) {
        return root.find("timed").map(place -> {
            place.only("seconds", "apart");
            var seconds = place.at("seconds").only(Stream.of(TilePart.values()).map(TilePart::text).toArray(String[]::new));
            return new Timed(Stream.of(TilePart.values()).flatMap(part -> seconds.find(part.text()).stream().map(one -> Maps.immutableEntry(part, one.amount())))
                    .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue)), place.at("apart").part());
        });
    }

    private static Machine.Interval interval(JsonPlace root) {
        return root.find("interval").map(place -> {
            place.only("low", "high");
            if (place.at("high").amount() < 1) {
                throw place.at("high").wrong("at least 1");
            }
            return new Machine.Interval(place.at("low").part(), place.at("high").amount());
        }).orElse(Machine.Interval.UNCHECKED);
    }

    private static Device device(JsonPlace root) {
        var rates = root.at("flops_per_second").only("product", "vector");
        var memory = root.at("memory").only("bytes", "bytes_per_second", "on_chip_bytes");
        return new Device(new Device.Rates(rates(rates.at("product")), rates(rates.at("vector"))),
                new Device.Memory(memory.at("bytes").count(), memory.at("bytes_per_second").amount(), memory.at("on_chip_bytes").count()),
                root.at("launch_seconds").amount(), efficiency(root.at("efficiency")));
    }

    private static ImmutableMap<DType, Double> rates(JsonPlace place) {
        var types = Stream.of(DType.values()).filter(DType::isFloating).toList();
        place.only(types.stream().map(DType::text).toArray(String[]::new)).at(DType.F32.text());
        return types.stream().flatMap(type -> place.find(type.text()).stream().map(rate -> Maps.immutableEntry(type, rate.amount())))
                .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static ImmutableMap<Family, Device.Efficiency> efficiency(JsonPlace place) {
        place.only(Stream.of(Family.values()).map(Family::text).toArray(String[]::new));
        return Stream.of(Family.values()).filter(family -> place.find(family.text()).isPresent()).collect(ImmutableMap.toImmutableMap(family -> family, family -> {
            var one = place.at(family.text()).only("rate", "bandwidth");
            return new Device.Efficiency(one.at("rate").part(), one.at("bandwidth").part());
        }));
    }

    private static Fabric fabric(JsonPlace root) {
        var links = root.at("links").list(link -> {
            link.only("ranks", "latency_seconds", "bytes_per_second");
            return new Fabric.Link(link.find("ranks").map(MachineFile::ranks).orElse(Integer.MAX_VALUE), link.at("latency_seconds").amount(),
                    link.at("bytes_per_second").amount());
        });
        if (!links.stream().map(Fabric.Link::ranks).toList().equals(links.stream().map(Fabric.Link::ranks).sorted().distinct().toList()) || links.isEmpty()
                || links.getLast().ranks() != Integer.MAX_VALUE) {
            throw root.at("links").wrong("links that join ever more `ranks`, the last one without, for any number");
        }
        var tables = root.find("collectives").map(place -> place.list(MachineFile::table)).orElse(List.of());
        return new Fabric(ImmutableList.copyOf(tables), ImmutableList.copyOf(links));
    }

    private static Fabric.Table table(JsonPlace place) {
        place.only("ranks", "primitive", "bytes_and_seconds");
        var points = place.at("bytes_and_seconds").list(pair -> {
            var both = pair.list(JsonPlace::amount);
            if (both.size() != 2) {
                throw pair.wrong("two numbers");
            }
            return new Fabric.Point(both.getFirst(), both.getLast());
        });
        if (points.isEmpty() || !points.stream().map(Fabric.Point::bytes).toList().equals(points.stream().map(Fabric.Point::bytes).sorted().distinct().toList())) {
            throw place.at("bytes_and_seconds").wrong("times of ascending sizes, one at least");
        }
        return new Fabric.Table(ranks(place.at("ranks")), word(place.at("primitive"), Primitive.values(), Primitive::text), ImmutableList.copyOf(points));
    }

    private static int ranks(JsonPlace place) {
        if (place.count() > 1 << 20) {
            throw place.wrong("at most " + (1 << 20));
        }
        return (int) place.count();
    }

    private static <T> T word(JsonPlace place, T[] values, Function<T, String> text) {
        String found = place.text();
        return Arrays.stream(values).filter(value -> text.apply(value).equals(found)).findFirst()
                .orElseThrow(() -> place.wrong("one of " + Arrays.stream(values).map(text).collect(Collectors.joining(", "))));
    }
}
