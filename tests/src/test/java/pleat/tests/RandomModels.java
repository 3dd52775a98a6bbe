package pleat.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;

/**
 * Models in the language, the same for the same seed: chains of what networks are made of, at ragged sizes, one layer fused into the next as it
 * comes. Where {@link RandomPrograms} has any equations, these have the tile programs that matter on a GPU.
 * Nothing has a kink: on its other side, a number that was rounded has another gradient.
 */
final class RandomModels {
    private static final List<Integer> RAGGED = List.of(1, 7, 31, 33, 99, 127, 129);
    private static final List<Integer> EVEN = List.of(8, 16, 24, 32, 40, 64, 96, 128);
    private static final List<Integer> WIDTHS = List.of(1, 3, 7, 16, 24, 31, 32, 33, 40, 64, 99, 129);
    private static final List<Integer> HEAD_WIDTHS = List.of(3, 4, 7, 8, 16, 24, 32);
    /** Elements of a tensor, and points of a product. */
    private static final long MOST_ELEMENTS = 20_000;
    private static final long MOST_POINTS = 3_000_000;

    private final RandomGenerator random;
    private final RandomModelText text;

    private RandomModels(RandomGenerator random, RandomModelText text) {
        this.random = random;
        this.text = text;
    }

    /** A source with a module {@code M}. */
    static String of(long seed) {
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var dims = new ArrayList<Integer>();
        if (random.nextBoolean()) {
            dims.add(oneOf(random, List.of(1, 2, 7, 9, 16, 31, 33)));
        }
        dims.add(extent(random));
        // A square, as pairs are.
        if (dims.size() == 2 && random.nextBoolean()) {
            dims.set(0, dims.get(1));
        }
        dims.add(oneOf(random, WIDTHS));
        while (elements(dims) > MOST_ELEMENTS) {
            dims.replaceAll(dim -> dim > 40 ? dim / 3 : dim > 16 ? dim - 8 : dim);
            dims.set(0, Math.min(dims.getFirst(), 17));
        }
        var model = new RandomModels(random, new RandomModelText(random, dims));
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            model.layer(true);
        }
        return model.text.source();
    }

    private static int extent(RandomGenerator random) {
        return oneOf(random, random.nextInt(3) > 0 ? RAGGED : EVEN);
    }

    private static <T> T oneOf(RandomGenerator random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static long elements(List<Integer> dims) {
        return dims.stream().mapToLong(dim -> dim).reduce(1, (a, b) -> a * b);
    }

    /** A width that keeps the tensor small. */
    private int anyWidth() {
        int width = oneOf(random, WIDTHS);
        return elements(text.with(width)) <= MOST_ELEMENTS ? width : Math.min(text.width(), 16);
    }

    /** @param mayRepeat whether it may be a repetition of others */
    private void layer(boolean mayRepeat) {
        switch (random.nextInt(mayRepeat ? 20 : 18)) {
            case 0, 1, 2 -> linears();
            case 3 -> transition();
            case 4, 5, 6, 7 -> attention();
            case 8 -> triangle();
            case 9 -> outerProduct();
            case 10 -> beside();
            case 11 -> parts();
            case 12 -> rowsAlong();
            case 13 -> sums();
            case 14 -> drawn();
            case 15 -> gathered();
            case 16 -> windows();
            case 17 -> turned();
            default -> repeated();
        }
    }

    private String before() {
        return switch (random.nextInt(5)) {
            case 0, 1 -> "%s(x)".formatted(text.norm());
            case 2 -> "silu(x)";
            case 3 -> "x * sigmoid(x)";
            default -> "x";
        };
    }

    private void linears() {
        int out = anyWidth();
        String given = before();
        String one = text.linear(out) + "(" + given + ")";
        switch (random.nextInt(6)) {
            case 0 -> text.say("x = %s", one);
            case 1 -> text.say("x = sigmoid(%s)", one);
            case 2 -> text.say("x = %s * sigmoid(%s(%s))", one, text.linear(out), given);
            case 3 -> text.say("x = silu(%s) + %s(x)", one, text.linear(out));
            case 4 -> text.say("x = %s + %s", one, text.input("other", text.with(out)));
            default -> {
                String mask = text.input("mask", text.dims().subList(0, text.dims().size() - 1));
                text.say("y = %s", one);
                text.say("x[%s, d] = select(%s[%1$s] > 0, y[%1$s, d], 0)", text.axes(), mask);
            }
        }
        text.become(text.with(out));
    }

    private void transition() {
        int hidden = Math.max(2 * text.width(), 8);
        text.say("h = %s(x)", text.norm());
        String in = text.linear(hidden);
        String gate = random.nextBoolean() ? text.linear(hidden) : "";
        int kept = text.width();
        String out = text.fresh("lin");
        text.say("use %s: Linear(%d -> %d)", out, hidden, kept);
        text.say("x = x + %s(%s)", out, gate.isEmpty() ? "silu(" + in + "(h))" : "silu(" + in + "(h)) * " + gate + "(h)");
    }

    private void attention() {
        int heads = random.nextInt(1, 5);
        int channels = oneOf(random, HEAD_WIDTHS);
        int n = text.rows();
        long batch = elements(text.dims()) / n / text.width();
        if (batch * heads * n * n * channels > MOST_POINTS || batch * n * heads * channels > 2 * MOST_ELEMENTS) {
            linears();
            return;
        }
        String b = text.dims().size() == 3 ? "b, " : "";
        text.say("n = %s", before());
        var parts = new ArrayList<String>();
        for (String stem : List.of("q", "k", "v")) {
            String name = text.fresh(stem);
            text.say("use %s: LinearToHeads(%d -> %d, heads = %d, biased = %s)", name, text.width(), channels, heads, random.nextBoolean());
            text.say("t%s = %1$s(n)", name);
            parts.add("t" + name);
        }
        String bias = switch (random.nextInt(4)) {
            case 0 -> " + " + text.input("bias", List.of(heads, n, n)) + "[h, i, j]";
            case 1 -> " + " + text.input("bias", List.of(n, n, heads)) + "[i, j, h]";
            default -> "";
        };
        String mask = switch (random.nextInt(4)) {
            case 0 -> {
                String name = text.input("mask", text.dims().subList(0, text.dims().size() - 1));
                yield " + %s * (%s[%sj] - 1)".formatted(oneOf(random, List.of("1e9", "3e4", "7")), name, b);
            }
            default -> "";
        };
        text.say("s[%sh, i, j] = sum(c) %s[%1$si, h, c] * %s[%1$sj, h, c] / sqrt(%d)%s%s", b, parts.get(0), parts.get(1), channels, bias, mask);
        text.say("w = softmax(s)");
        String gate = "";
        if (random.nextBoolean()) {
            String name = text.fresh("g");
            text.say("use %s: LinearToHeads(%d -> %d, heads = %d)", name, text.width(), channels, heads);
            text.say("t%s = %1$s(n)", name);
            gate = "sigmoid(t%s[%si, h, c]) * ".formatted(name, b);
        }
        text.say("o[%si, h, c] = %ssum(j) w[%1$sh, i, j] * %s[%1$sj, h, c]", b, gate, parts.get(2));
        String out = text.fresh("out");
        if (random.nextInt(4) == 0 && elements(text.with(heads * channels)) <= MOST_ELEMENTS) {
            text.say("x[%si, %d*h + c] = o[%1$si, h, c]", b, channels);
            text.become(text.with(heads * channels));
            return;
        }
        text.say("use %s: LinearFromHeads(%d -> %d)", out, channels, text.width());
        text.say("x = %s%s(o)", random.nextBoolean() ? "x + " : "", out);
    }

    private void triangle() {
        if (text.dims().size() < 3 || text.dims().get(0) != text.rows() || elements(text.dims()) * text.rows() > MOST_POINTS) {
            linears();
            return;
        }
        int hidden = oneOf(random, List.of(1, 3, 7, 8, 16));
        text.say("n = %s(x)", text.norm());
        for (String side : List.of("a", "b")) {
            text.say("%s[i, j, h] = sigmoid(%s(n)) * %s(n)", side, text.linear(hidden), text.linear(hidden));
        }
        text.say(random.nextBoolean() ? "t[i, j, h] = sum(k) a[i, k, h] * b[j, k, h]" : "t[i, j, h] = sum(k) a[k, i, h] * b[k, j, h]");
        String inner = text.fresh("norm");
        String out = text.fresh("lin");
        text.say("use %s: LayerNorm(%d)", inner, hidden);
        text.say("use %s: Linear(%d -> %d)", out, hidden, text.width());
        text.say("x = x + %s(%s(t)) * sigmoid(%s(n))", out, inner, text.linear(text.width()));
    }

    private void outerProduct() {
        int c = oneOf(random, List.of(1, 3, 4, 8));
        int wide = oneOf(random, List.of(1, 5, 16, 31));
        long n = text.rows();
        if (text.dims().size() < 3 || n * n * c * c * Math.max(wide, text.dims().getFirst()) > MOST_POINTS || n * n * wide > MOST_ELEMENTS) {
            linears();
            return;
        }
        text.say("n = %s(x)", text.norm());
        text.say("a = %s(n)", text.linear(c));
        text.say("b = %s(n)", text.linear(c));
        String out = text.fresh("out");
        text.say("use %s: LinearFromHeads(%d -> %d)", out, c, wide);
        text.say("o[i, j, c, d] = sum(s) a[s, i, c] * b[s, j, d] / %d", text.dims().getFirst());
        text.say("x = %s(o)", out);
        text.become(List.of(text.rows(), text.rows(), wide));
    }

    /** Concatenations. */
    private void beside() {
        String axes = text.axes();
        int c = text.width();
        if (2 * elements(text.dims()) > MOST_ELEMENTS) {
            parts();
        } else if (random.nextBoolean()) {
            text.say("y = %s", before());
            text.say("z[%s, d: %d] = x?[%1$s, d] + y?[%1$s, d - %d]", axes, 2 * c, c);
            text.say("x = z");
            text.become(text.with(2 * c));
        } else {
            int more = random.nextInt(1, 9);
            text.say("z[%s, d: %d] = x?[%1$s, d - %d]", axes, c + more, random.nextInt(1, more + 1));
            text.say("x = z");
            text.become(text.with(c + more));
        }
    }

    /** Slices that begin anywhere. */
    private void parts() {
        String axes = text.axes();
        int c = text.width();
        int n = text.rows();
        if (c > 2 && random.nextBoolean()) {
            int less = random.nextInt(1, Math.min(c, 10));
            text.say("z[%s, d: %d] = x[%1$s, d + %d]", axes, c - less, random.nextInt(less + 1));
            text.become(text.with(c - less));
        } else if (n > 2) {
            int less = random.nextInt(1, Math.min(n, 10));
            int from = random.nextInt(less + 1);
            text.say(text.dims().size() == 3 ? "z[i, j: %d, d] = x[i, j + %d, d]" : "z[i: %d, d] = x[i + %d, d]", n - less, from);
            var shorter = new ArrayList<>(text.dims());
            shorter.set(text.dims().size() - 2, n - less);
            text.become(shorter);
        } else {
            text.say("z = tanh(x)");
        }
        text.say("x = z");
    }

    private void rowsAlong() {
        switch (random.nextInt(3)) {
            case 0 -> text.say("x = softmax(3 * x)");
            case 1 -> text.say("x = %s(x) + 0.5 * x", text.norm());
            default -> {
                text.say("p[%s] = mean(d) tanh(x[%1$s, d])", text.axes());
                text.say("q[%s] = mean(d) square(x[%1$s, d])", text.axes());
                text.say("x[%s, d] = x[%1$s, d] * rsqrt(q[%1$s] + 0.01) + 0.1 * p[%1$s]", text.axes());
            }
        }
    }

    /** Of many rows. */
    private void sums() {
        boolean isFirst = text.dims().size() == 3 && random.nextBoolean();
        String over = text.dims().size() == 3 ? isFirst ? "i" : "j" : "i";
        String kept = text.dims().size() == 3 ? isFirst ? "j, " : "i, " : "";
        text.say("m[%sd] = %s(%s) x[%s, d]", kept, random.nextBoolean() ? "mean" : "0.1 * sum", over, text.axes());
        text.say("x[%s, d] = x[%1$s, d] - 0.5 * m[%sd]", text.axes(), kept);
    }

    private void drawn() {
        text.seed();
        text.say("x[%s, d] = select(uniform(seed, %d) < 0.2, 0, x[%1$s, d] / 0.8)", text.axes(), random.nextInt(99));
    }

    private void gathered() {
        int n = oneOf(random, RAGGED);
        int rows = text.dims().getFirst();
        if (elements(text.dims()) / rows * n > MOST_ELEMENTS) {
            n = 7;
        }
        String index = text.index(n);
        var others = text.dims().size() == 3 ? "j, d" : "d";
        text.say("y[i, %s] = x[%s[i], %1$s]", others, index);
        text.say("x = y");
        var gathered = new ArrayList<>(text.dims());
        gathered.set(0, n);
        text.become(gathered);
    }

    /** Windows of queries among more keys, with zeros beyond the ends. */
    private void windows() {
        int c = text.width();
        if (text.dims().size() != 2 || text.rows() < 8) {
            rowsAlong();
            return;
        }
        int many = oneOf(random, List.of(2, 4, 8));
        int count = text.rows() / many;
        int keys = 3 * many;
        String k = text.linear(c);
        String v = text.linear(c);
        text.say("k = %s(x)", k);
        text.say("v = %s(x)", v);
        text.say("s[w: %d, i: %d, j: %d] = sum(d) x[%2$d*w + i, d] * k?[%2$d*w + j - %d, d] / sqrt(%d)", count, many, keys, many, c);
        text.say("p = softmax(s)");
        text.say("o[w: %d, i: %d, d] = sum(j) p[w, i, j] * v?[%2$d*w + j - %2$d, d]", count, many);
        text.say("y[%d*w + i, d] = o[w, i, d]", many);
        text.say("x = y");
        text.become(List.of(count * many, c));
    }

    private void turned() {
        if (text.dims().size() == 3) {
            text.say("y[i, j, d] = x[j, i, d]");
            text.become(List.of(text.dims().get(1), text.dims().get(0), text.dims().get(2)));
        } else {
            text.say("y[i, d] = x[d, i]");
            text.become(List.of(text.dims().get(1), text.dims().get(0)));
        }
        text.say("x = y");
    }

    /** Copies of a block, each with biases of its own that lie side by side. */
    private void repeated() {
        int copies = random.nextInt(2, 4);
        int heads = random.nextInt(1, 4);
        int n = text.rows();
        int c = text.width();
        int channels = oneOf(random, List.of(4, 8, 16));
        long batch = elements(text.dims()) / n / c;
        if (batch * heads * n * n * channels * copies > MOST_POINTS || n < 2 || (long) copies * heads * n * n > 2 * MOST_ELEMENTS) {
            layer(false);
            return;
        }
        String block = text.fresh("B");
        String b = text.dims().size() == 3 ? "b, " : "";
        text.module("""
                module %1$s(x: %2$s, scale: [%4$d], bias: [%3$d, %4$d, %4$d]) -> (x: %2$s) {
                  use norm: LayerNorm(%5$d)
                  use q, k, v: LinearToHeads(%5$d -> %6$d, heads = %3$d, biased = false)
                  use out: LinearFromHeads(%6$d -> %5$d)
                  n = norm(x)
                  tq = q(n)
                  tk[%7$sj, h, c] = k(n)[%7$sj, h, c] * scale[j]
                  tv = v(n)
                  s[%7$sh, i, j] = sum(c) tq[%7$si, h, c] * tk[%7$sj, h, c] / sqrt(%6$d) + bias[h, i, j]
                  w = softmax(s)
                  o[%7$si, h, c] = sum(j) w[%7$sh, i, j] * tv[%7$sj, h, c]
                  x = x + out(o)
                  return x
                }
                """.formatted(block, RandomModelText.types(text.dims()), heads, n, c, channels, b));
        String pair = text.input("pair", List.of(n, n, 5));
        String to = text.fresh("lin");
        text.say("use %s: Linear(5 -> %d)", to, copies * heads);
        text.say("all = %s(%s)", to, pair);
        text.say("biases[l: %d, h: %d, i, j] = all[i, j, %2$d*l + h]", copies, heads);
        String blocks = text.fresh("blocks");
        text.say("repeat %d %s: %s", copies, blocks, block);
        text.say("x = %s(x; %s; biases)", blocks, text.input("scale", List.of(n)));
    }
}
