package pleat.cli.golden;

import com.google.common.base.Splitter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import pleat.cli.model.Reference.Run;
import pleat.frontend.ConfigValue;
import pleat.frontend.ModuleSignature;
import pleat.frontend.ModuleSignature.Port;

/** Sizes that no input of a file shows, read off its outputs: the tokens of a module that is given atoms only. */
record OutputSizes(ModuleSignature signature, Golden golden, Run run) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
    private static final Splitter DIMS = Splitter.on(',').trimResults();

    /** @param inputs shapes of the inputs that bind sizes themselves */
    Map<String, ConfigValue> values(Map<String, List<Long>> inputs) {
        var values = new LinkedHashMap<String, ConfigValue>();
        for (Port output : signature.outputs()) {
            String name = run.outputs().getOrDefault(output.name(), output.name());
            if (golden.outputs().has(name)) {
                bind(dims(output), golden.outputs().header(name).shape().asList(), values);
            }
        }
        values.keySet().removeIf(size -> signature.settings().stream().noneMatch(setting -> setting.name().equals(size))
                || signature.inputs().stream().anyMatch(input -> inputs.containsKey(input.name()) && words(input).contains(size)));
        return values;
    }

    private static void bind(List<String> dims, List<Long> shape, Map<String, ConfigValue> values) {
        for (int back = 1; back <= Math.min(dims.size(), shape.size()); back++) {
            String dim = dims.get(dims.size() - back);
            if (dim.startsWith("..")) {
                return;
            }
            if (NAME.matcher(dim).matches()) {
                values.putIfAbsent(dim, ConfigValue.of(shape.get(shape.size() - back)));
            }
        }
    }

    private static List<String> dims(Port port) {
        String type = port.type();
        return DIMS.splitToList(type.substring(type.indexOf('[') + 1, type.indexOf(']')));
    }

    private static List<String> words(Port port) {
        return NAME.matcher(port.type()).results().map(match -> match.group()).toList();
    }
}
