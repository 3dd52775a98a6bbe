package pleat.cli.machine;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;
import tools.jackson.databind.JsonNode;

/** A value in a JSON file that people write, and where it stands, so that what is wrong with it can be said. */
record JsonPlace(String file, String path, JsonNode node) {

    /** The value under a key. */
    JsonPlace at(String key) {
        return find(key).orElseThrow(() -> new UserException("`%s` is missing in %s".formatted(below(key), file)));
    }

    Optional<JsonPlace> find(String key) {
        object();
        return node.has(key) ? Optional.of(new JsonPlace(file, below(key), node.get(key))) : Optional.empty();
    }

    /** Checks that there is nothing else: a key that is not read is a mistake in the file. */
    JsonPlace only(String... keys) {
        var known = List.of(keys);
        object().keys().filter(key -> !known.contains(key)).findFirst().ifPresent(key -> {
            throw new UserException("`%s` in %s is not known\n  = note: there are %s".formatted(below(key), file, String.join(", ", known)));
        });
        return this;
    }

    Stream<String> keys() {
        return object().node.propertyNames().stream();
    }

    <T> List<T> list(Function<JsonPlace, T> element) {
        if (!node.isArray()) {
            throw wrong("a list");
        }
        return IntStream.range(0, node.size()).mapToObj(i -> element.apply(new JsonPlace(file, path + "[" + i + "]", node.get(i)))).toList();
    }

    String text() {
        if (!node.isString()) {
            throw wrong("a text");
        }
        return node.stringValue();
    }

    /** A number above 0. */
    double amount() {
        if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
            throw wrong("a number above 0");
        }
        return node.doubleValue();
    }

    /** A whole number above 0. */
    long count() {
        if (!node.isNumber() || !node.canConvertToLong() || node.longValue() < 1 || node.doubleValue() != node.longValue()) {
            throw wrong("a whole number above 0");
        }
        return node.longValue();
    }

    /** A number above 0 and at most 1. */
    double part() {
        double part = amount();
        if (part > 1) {
            throw wrong("at most 1");
        }
        return part;
    }

    UserException wrong(String wanted) {
        return new UserException("`%s` in %s is %s, and it has to be %s".formatted(path, file, shown(), wanted));
    }

    private String shown() {
        return node.isContainer() ? node.isArray() ? "a list" : "an object" : node.toString();
    }

    private JsonPlace object() {
        if (!node.isObject()) {
            throw path.isEmpty() ? new UserException(file + " is not a JSON object") : wrong("an object");
        }
        return this;
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
