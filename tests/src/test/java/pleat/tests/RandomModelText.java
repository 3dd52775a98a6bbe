package pleat.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** A module in the making that hands a tensor {@code x} from layer to layer: its text, and the dims that {@code x} has so far. */
final class RandomModelText {
    private final RandomGenerator random;
    private final List<String> inputs = new ArrayList<>();
    private final List<String> body = new ArrayList<>();
    private final List<String> modules = new ArrayList<>();
    private List<Integer> dims;
    private int names;

    RandomModelText(RandomGenerator random, List<Integer> dims) {
        this.random = random;
        this.dims = List.copyOf(dims);
        inputs.add("x: " + types(dims));
    }

    /** A source with a module {@code M}, which gives {@code x} as it is. */
    String source() {
        return String.join("", modules) + "module M(" + String.join(", ", inputs) + ") -> (y: " + types(dims) + ") {\n  "
                + String.join("\n  ", body) + "\n  return x\n}\n";
    }

    static String types(List<Integer> dims) {
        return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    List<Integer> dims() {
        return dims;
    }

    /** Says what {@code x} has become. */
    void become(List<Integer> of) {
        dims = List.copyOf(of);
    }

    void module(String text) {
        modules.add(text);
    }

    /** The one seed of all random numbers. */
    void seed() {
        if (!inputs.contains("seed: i64[]")) {
            inputs.add("seed: i64[]");
        }
    }

    String index(int count) {
        String name = fresh("index");
        inputs.add(name + ": i64[" + count + "]");
        return name;
    }

    int width() {
        return dims.getLast();
    }

    int rows() {
        return dims.get(dims.size() - 2);
    }

    List<Integer> with(int width) {
        var changed = new ArrayList<>(dims);
        changed.set(dims.size() - 1, width);
        return changed;
    }

    void say(String line, Object... filled) {
        body.add(line.formatted(filled));
    }

    String fresh(String stem) {
        return stem + names++;
    }

    String linear(int out) {
        String name = fresh("lin");
        say("use %s: Linear(%d -> %d, biased = %s)", name, width(), out, random.nextBoolean());
        return name;
    }

    String norm() {
        String name = fresh("norm");
        say("use %s: LayerNorm(%d)", name, width());
        return name;
    }

    String input(String stem, List<Integer> of) {
        String name = fresh(stem);
        inputs.add(name + ": " + types(of));
        return name;
    }

    /** All but the last. */
    String axes() {
        return dims.size() == 3 ? "i, j" : "i";
    }
}
