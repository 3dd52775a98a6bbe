package pleat.cli.calibrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.ir.type.DType;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A machine as the text of its file, with four digits of each figure. */
final class MachineText {
    private MachineText() {}

    static String of(Machine machine) {
        var device = machine.device();
        var root = new LinkedHashMap<String, Object>();
        var origin = machine.origin();
        root.put("origin", ordered("kind", origin.kind().name().toLowerCase(Locale.ROOT), "source", origin.source(), "date", origin.date()));
        root.put("flops_per_second", ordered("product", rates(device.rates().product()), "vector", rates(device.rates().vector())));
        root.put("memory", ordered("bytes", device.memory().bytes(), "bytes_per_second", rounded(device.memory().bytesPerSecond()), "on_chip_bytes",
                device.memory().onChipBytes()));
        root.put("launch_seconds", rounded(device.launchSeconds()));
        var efficiency = new LinkedHashMap<String, Object>();
        for (Family family : Family.values()) {
            var reached = device.efficiency().get(family);
            if (reached != null) {
                efficiency.put(family.text(), ordered("rate", rounded(reached.rate()), "bandwidth", rounded(reached.bandwidth())));
            }
        }
        root.put("efficiency", efficiency);
        root.put("interval", ordered("low", rounded(machine.interval().low()), "high", rounded(machine.interval().high())));
        root.put("links", machine.fabric().links().stream().map(MachineText::link).toList());
        if (!machine.fabric().tables().isEmpty()) {
            root.put("collectives", machine.fabric().tables().stream().map(table -> ordered("ranks", table.ranks(), "primitive", table.primitive().text(),
                    "bytes_and_seconds", table.points().stream().map(point -> List.of(point.bytes(), rounded(point.seconds()))).toList())).toList());
        }
        machine.timed().ifPresent(timed -> root.put("timed", ordered("seconds", timed.seconds().entrySet().stream().collect(Collectors.toMap(
                entry -> entry.getKey().text(), entry -> rounded(entry.getValue()), (a, _) -> a, LinkedHashMap::new)), "apart", rounded(timed.apart()))));
        return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(root) + "\n";
    }

    private static Map<String, Object> link(Fabric.Link link) {
        var text = new LinkedHashMap<String, Object>();
        if (link.ranks() != Integer.MAX_VALUE) {
            text.put("ranks", link.ranks());
        }
        text.put("latency_seconds", rounded(link.latencySeconds()));
        text.put("bytes_per_second", rounded(link.bytesPerSecond()));
        return text;
    }

    private static Map<String, Object> rates(Map<DType, Double> rates) {
        return rates.entrySet().stream().collect(Collectors.toMap(entry -> entry.getKey().text(), entry -> rounded(entry.getValue()), (a, _) -> a,
                LinkedHashMap::new));
    }

    private static double rounded(double figure) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3e", figure));
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
