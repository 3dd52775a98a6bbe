package pleat.cli.model;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import pleat.cli.model.Reference.Configuration;
import pleat.cli.model.Reference.Configuration.Fixed;
import pleat.cli.model.Reference.Results;
import pleat.cli.model.Reference.Run;
import pleat.cli.model.Reference.Tensors;
import pleat.frontend.ConfigValue;
import pleat.ir.diagnostic.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which module answers to which name of a reference implementation, and to which name in benchmarks: {@code registry.json} as records. */
public final class ModelRegistry {
    private static final String RESOURCE = "/pleat/models/registry.json";
    /** A depth that stands in a reference's name, as in {@code EvoformerStack(4)}; the configuration has it as well. */
    private static final Pattern DEPTH = Pattern.compile("\\(\\d+\\)");
    /** What is said of a name behind it, as in {@code TemplateSingleEmbedder (AF2: TemplateAngleEmbedder)}. */
    private static final Pattern REMARK = Pattern.compile(" \\(.*\\)$");

    private final ImmutableListMultimap<String, Variant> references;
    private final ImmutableMap<String, ModelName> benchmarks;
    private final Configuration own;

    /** @param when what the configuration says where this is meant, and not another of the same name */
    private record Variant(ImmutableMap<String, JsonNode> when, Reference reference) {
        boolean answersTo(JsonNode configuration) {
            return when.entrySet().stream().allMatch(entry -> entry.getValue().equals(configuration.get(entry.getKey())));
        }
    }

    private ModelRegistry(ImmutableListMultimap<String, Variant> references, ImmutableMap<String, ModelName> benchmarks, Configuration own) {
        this.references = references;
        this.benchmarks = benchmarks;
        this.own = own;
    }

    /** Reads the registry that comes with the models. */
    public static ModelRegistry load() {
        try (var stream = ModelRegistry.class.getResourceAsStream(RESOURCE)) {
            return of(JsonMapper.shared().readTree(stream));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    static ModelRegistry of(JsonNode root) {
        var ignored = words(root.path("ignored").path("keys"));
        var fixed = ImmutableMap.<String, Fixed>builder();
        root.path("fixed").properties()
                .forEach(entry -> fixed.put(entry.getKey(), new Fixed(entry.getValue().get("value"), entry.getValue().get("why").stringValue())));
        var references = ImmutableListMultimap.<String, Variant>builder();
        for (JsonNode one : root.path("references")) {
            var when = one.path("when").properties().stream().collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue));
            references.put(one.get("reference").stringValue(),
                    new Variant(when, reference(one, ImmutableSet.copyOf(ignored), fixed.build())));
        }
        var benchmarks = ImmutableMap.<String, ModelName>builder();
        for (JsonNode one : root.path("benchmarks")) {
            benchmarks.put(one.get("name").stringValue(), ModelName.parse(one.get("module").stringValue()));
        }
        var own = new Configuration(ImmutableSet.of(), ImmutableMap.of(), ImmutableSet.of(), ImmutableMap.of(),
                ImmutableMap.of());
        return new ModelRegistry(references.build(), benchmarks.buildOrThrow(), own);
    }

    private static Reference reference(JsonNode one, ImmutableSet<String> ignoredByAll, ImmutableMap<String, Fixed> fixed) {
        var configuration = new Configuration(ImmutableSet.copyOf(words(one.path("groups"))), texts(one.path("renamed")),
                Sets.union(ignoredByAll, ImmutableSet.copyOf(words(one.path("ignored")))), fixed,
                values(one.path("defaults")));
        var runs = one.path("runs").valueStream()
                .map(run -> new Run(values(run.path("settings")), texts(run.path("outputs"))))
                .collect(ImmutableList.toImmutableList());
        return new Reference(one.get("reference").stringValue(), ModelName.parse(one.get("module").stringValue()), configuration,
                tensors(one), new Results(runs.isEmpty() ? ImmutableList.of(Run.ONLY) : runs, texts(one.path("outputs")),
                one.path("whole_model").asBoolean(false)));
    }

    private static Tensors tensors(JsonNode one) {
        return new Tensors(set(one.path("optional_masks")), set(one.path("unused_inputs")), set(one.path("spread_inputs")),
                texts(one.path("renamed_inputs")), WeightNames.map(one.path("names")));
    }

    private static ImmutableSet<String> set(JsonNode array) {
        return ImmutableSet.copyOf(words(array));
    }

    /** The reference implementation's module of that name and with that configuration, as in the {@code meta} of its results. */
    public Reference reference(String name, JsonNode configuration) {
        return references.get(REMARK.matcher(DEPTH.matcher(name).replaceAll("(n)")).replaceAll("")).stream()
                .filter(variant -> variant.answersTo(configuration)).findFirst().map(Variant::reference)
                .orElseThrow(() -> new UserException("no model answers to `" + name + "`\n  = note: models answer to "
                        + String.join(", ", references.keySet())));
    }

    /** What a configuration of the reference implementation of a module says; of its first one, where several answer to the module. */
    public Configuration configuration(ModelName module) {
        return references().stream().filter(reference -> reference.module().equals(module)).map(Reference::configuration).findFirst().orElse(own);
    }

    /** Of a module without a reference implementation: every key is a setting. */
    public Configuration ownConfiguration() {
        return own;
    }

    public ImmutableList<Reference> references() {
        return references.values().stream().map(Variant::reference).collect(ImmutableList.toImmutableList());
    }

    /** The module that a benchmark's name, such as {@code evoformer-block}, stands for. */
    public Optional<ModelName> benchmark(String name) {
        return Optional.ofNullable(benchmarks.get(name));
    }

    public ImmutableList<String> benchmarkNames() {
        return benchmarks.keySet().asList();
    }

    private static ImmutableList<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).collect(ImmutableList.toImmutableList());
    }

    private static ImmutableMap<String, String> texts(JsonNode object) {
        return object.properties().stream().collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, entry -> entry.getValue().stringValue()));
    }

    private static ImmutableMap<String, ConfigValue> values(JsonNode object) {
        return object.properties().stream()
                .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, entry -> Configuration.value(entry.getKey(), entry.getValue())));
    }
}
