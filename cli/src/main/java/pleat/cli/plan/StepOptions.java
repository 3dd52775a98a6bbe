package pleat.cli.plan;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import pleat.cli.Assignment;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.RequestOptions;
import pleat.cli.compile.Samples;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.BindSizes;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;

/** The options that say which step of which model is meant, where nothing is compiled to code. */
public final class StepOptions {
    @Option(names = "--size", paramLabel = "NAME=N", split = ",", converter = Assignment.OfNumber.class, description = "Sizes, as in --size s=128,r=256.")
    private List<Assignment<Long>> sizes = new ArrayList<>();

    @Option(names = "--set", paramLabel = "NAME=VALUE", split = ",", converter = Assignment.OfText.class,
            description = "Settings of the module, as in --set cm=64.")
    private List<Assignment<String>> settings = new ArrayList<>();

    @Option(names = "--blocks", paramLabel = "N", description = "How many blocks a stack has; short for --set no_blocks=N.")
    private Long blocks;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Samples in a step, along a first dim of every input. Default: ${DEFAULT-VALUE}.")
    private long batch;

    @Option(names = "--dtype", paramLabel = "f16|bf16|f32", defaultValue = "f32",
            description = "Element type of floating tensors in memory. Default: ${DEFAULT-VALUE}.")
    private RequestOptions.Storage storage;

    /** What the command line would say with these sizes and settings. */
    public static StepOptions of(Map<String, Long> values, long batch) {
        var options = new StepOptions();
        values.forEach((name, value) -> options.sizes.add(new Assignment<>(name, value)));
        options.batch = batch;
        return options;
    }

    /** The same with one more size. */
    public StepOptions with(String name, long size) {
        var other = new StepOptions();
        other.sizes.addAll(sizes);
        other.sizes.add(new Assignment<>(name, size));
        other.settings = settings;
        other.blocks = blocks;
        other.batch = batch;
        other.storage = storage;
        return other;
    }

    public DType dtype() {
        return storage.dtype();
    }

    public long batch() {
        return batch;
    }

    /** Sizes and settings in words, under the names that the model has for them. */
    public ImmutableMap<String, String> bound() {
        var all = new LinkedHashMap<String, String>();
        Assignment.map("--size", sizes).forEach((name, size) -> all.put(name, size.toString()));
        all.putAll(Assignment.map("--set", settings));
        if (blocks != null) {
            all.put("no_blocks", blocks.toString());
        }
        return ImmutableMap.copyOf(all);
    }

    /** Sizes and settings as they would be written. */
    public String words() {
        var numbers = new StringBuilder();
        var others = new StringBuilder();
        bound().forEach((name, value) -> {
            var text = value.chars().allMatch(Character::isDigit) ? numbers : others;
            text.append(text.isEmpty() ? "" : ",").append(name).append('=').append(value);
        });
        return (numbers.isEmpty() ? "" : "--size " + numbers) + (others.isEmpty() ? "" : " --set " + others);
    }

    /** Plain equations of the model for one device, not differentiated. */
    public TensorModule prepared(ModelReference model) {
        var frontend = model.open();
        var one = frontend.compile(model.module(frontend), new Request(values(), ImmutableMap.of()));
        var missing = BindSizes.symbols(one).stream().map(symbol -> symbol.name()).sorted().toList();
        if (!missing.isEmpty()) {
            throw new UserException("sizes of `%s` are not given: %s\n  = help: add --size %s".formatted(model, String.join(", ", missing),
                    String.join(",", missing.stream().map(name -> name + "=64").toList())));
        }
        var source = batch == 1 ? one : frontend.compile(model.module(frontend), new Request(values(), Samples.shapes(one, batch)));
        return PassManager.quiet().run(source, Pipelines.prepare(Map.of()));
    }

    /** Sizes and settings, for the frontend. */
    public ImmutableMap<String, ConfigValue> values() {
        var values = new LinkedHashMap<String, ConfigValue>();
        Assignment.map("--size", sizes).forEach((name, size) -> put(values, name, ConfigValue.of(size)));
        Assignment.map("--set", settings).forEach((name, text) -> put(values, name, ConfigValue.parse(text).orElseThrow(() -> new UserException(
                "setting `" + name + "` is `" + text + "`, which is neither a number nor true or false"))));
        if (blocks != null) {
            put(values, "no_blocks", ConfigValue.of(blocks));
        }
        return ImmutableMap.copyOf(values);
    }

    private static void put(Map<String, ConfigValue> values, String name, ConfigValue value) {
        if (values.putIfAbsent(name, value) != null) {
            throw new UserException("`" + name + "` is given twice, by --size, --set or --blocks");
        }
    }
}
