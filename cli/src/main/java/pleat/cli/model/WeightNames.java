package pleat.cli.model;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How files of some origin name and arrange parameters: one JSON file of the models each, listed in {@code names/index.json} in the order
 * in which they are tried.
 *
 * @param name for {@code --names}
 * @param what files of that kind are
 * @param recognisedBy patterns that each are found in some name of such a file; none: by its name only
 */
public record WeightNames(String name, String what, ImmutableList<Pattern> recognisedBy, NameMap map) {
    private static final String FOLDER = "/pleat/models/names/";
    /** For {@code --names}: the file has the model's own names. */
    public static final String SAME = "same";

    /** All that come with Pleat. */
    public static ImmutableList<WeightNames> shipped() {
        return read("index.json").valueStream().map(name -> parse(name.stringValue(), read(name.stringValue() + ".json")))
                .collect(ImmutableList.toImmutableList());
    }

    /** The map of that name; a user error lists those there are. */
    public static NameMap named(String name) {
        if (name.equals(SAME)) {
            return NameMap.SAME;
        }
        var known = shipped();
        return known.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(() -> new UserException("there are no names `" + name
                + "`\n  = note: there are " + String.join(", ", Stream.concat(known.stream().map(WeightNames::name), Stream.of(SAME)).toList()))).map();
    }

    /** The first that recognises the file by its names. */
    public static Optional<WeightNames> recognise(TensorSource file) {
        return shipped().stream().filter(names -> names.recognises(file)).findFirst();
    }

    private boolean recognises(TensorSource file) {
        return !recognisedBy.isEmpty() && recognisedBy.stream().allMatch(pattern -> file.names().stream().anyMatch(name -> pattern.matcher(name).find()));
    }

    /** The map that a list of rules says. */
    static NameMap map(JsonNode list) {
        var rules = new ArrayList<NameMap.Rule>();
        list.forEach(rule -> rules.addAll(rules(rule)));
        return NameMap.of(rules);
    }

    static WeightNames parse(String name, JsonNode root) {
        var patterns = root.get("recognised_by").valueStream().map(JsonNode::stringValue).map(Pattern::compile).collect(ImmutableList.toImmutableList());
        return new WeightNames(name, root.get("what").stringValue(), patterns, map(root.get("rules")));
    }

    private static List<NameMap.Rule> rules(JsonNode rule) {
        if (rule.has("rewrite")) {
            return rule.get("rewrite").properties().stream().map(entry -> NameMap.rewrite(entry.getKey(), entry.getValue().stringValue())).toList();
        }
        if (rule.has("arrange")) {
            return List.of(NameMap.arrange(rule.get("where").stringValue(), words(rule.get("arrange"))));
        }
        if (rule.has("under")) {
            return List.of(NameMap.under(words(rule.get("under"))));
        }
        if (rule.has("leave")) {
            return List.of(NameMap.leave(rule.get("leave").stringValue()));
        }
        if (rule.has("spare")) {
            return List.of(NameMap.spare(rule.get("spare").stringValue()));
        }
        if (rule.has("as")) {
            return parse("", read(rule.get("as").stringValue() + ".json")).map().rules();
        }
        throw new IllegalArgumentException("a rule of weight names is none of rewrite, arrange, under, leave, spare and as: " + rule);
    }

    private static List<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).toList();
    }

    private static JsonNode read(String file) {
        try (var stream = WeightNames.class.getResourceAsStream(FOLDER + file)) {
            return JsonMapper.shared().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
