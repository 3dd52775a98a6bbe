package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;

/**
 * A random kernel: two operands of a sum and one of what follows, each read plainly, under a guard, from panels, or by rows that data chooses,
 * at subscripts that move, overlap or run backwards; or scattered, or drawn.
 */
final class RandomKernel {
    private static final int[] EXTENTS = {1, 3, 4, 7, 13, 16, 17, 31, 32, 33, 64};
    private static final String[] TYPES = {"f32", "f32", "f32", "f32", "bf16", "f64"};
    private static final String AXES = "ijk";

    private final Random random;
    private final int[] extents = new int[AXES.length()];
    private final List<String> parameters = new ArrayList<>();
    private final Map<String, String> axesOf = new LinkedHashMap<>();
    private final StringBuilder body = new StringBuilder();

    private RandomKernel(long seed) {
        random = new Random(seed);
    }

    static Kernel of(long seed) {
        var kernel = new RandomKernel(seed);
        String text = kernel.write();
        return KernelParser.parse(new Source("seed " + seed, text)).kernel();
    }

    private String write() {
        for (int a = 0; a < extents.length; a++) {
            extents[a] = EXTENTS[random.nextInt(EXTENTS.length)];
        }
        boolean isLooped = random.nextInt(3) == 0;
        String indent = isLooped ? "    " : "  ";
        if (isLooped) {
            body.append("  %s.init[i, j] = 0\n  %s[i, j] = loop k carried(%s.in[i, j] = %s.init[i, j]) {\n");
        }
        read(indent, "a", random.nextInt(4) > 0 ? "ik" : "ijk");
        read(indent, "b", random.nextInt(4) > 0 ? "jk" : "ijk");
        body.append(indent).append(isLooped ? "%s.next" : "%s").append("[i, j] = ").append(random.nextInt(4) == 0 ? "max" : "sum")
                .append("[k] %a" + axes("a") + " * %b" + axes("b")).append(isLooped ? " init %s.in[i, j]\n" : "\n");
        if (isLooped) {
            body.append("  } next(%s.next[i, j])\n");
        }
        read("  ", "c", random.nextBoolean() ? "ij" : "ji");
        body.append("  %y[i, j] = %s[i, j] * 0.5 + %c" + axes("c") + " + pos(j)\n");
        body.append("  %m[i] = max[j] %y[i, j]\n");
        store("y", "ij");
        store("m", "i");
        store("c", axesOf.get("c"));
        String loop = isLooped ? "loop k: " + extents[2] + " by " + block(2) : "whole k: " + extents[2];
        String grid = "grid i: %d by %d, %s".formatted(extents[0], block(0), "whole j: " + extents[1]);
        Collections.sort(parameters, (x, y) -> Boolean.compare(x.startsWith("out"), y.startsWith("out")));
        return "kernel @random(%s)\n    axes(%s, %s) {\n%s}\n".formatted(String.join(", ", parameters), grid, loop, body);
    }

    private String axes(String tile) {
        return list(axesOf.get(tile));
    }

    private static String list(String axes) {
        return axes.chars().mapToObj(Character::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    private int block(int axis) {
        int[] blocks = {1, 4, 8, 16};
        return Math.min(extents[axis], blocks[random.nextInt(blocks.length)]);
    }

    private void read(String indent, String name, String axes) {
        axesOf.put(name, axes);
        switch (random.nextInt(8)) {
            case 0 -> gather(indent, name, axes);
            case 1 -> panels(indent, name, axes);
            case 2 -> scatter(indent, name, axes);
            case 3 -> draw(indent, name, axes);
            default -> load(indent, name, axes);
        }
    }

    /** Rows that data chooses: the first axis has the index. */
    private void gather(String indent, String name, String axes) {
        char first = axes.charAt(0);
        int rows = 1 + random.nextInt(5);
        parameters.add("%%%s.index: i32[%d] (0)".formatted(name, extents[AXES.indexOf(first)]));
        body.append(indent).append("%%%1$s.index[%2$s] = load %%%1$s.index[%2$s]\n".formatted(name, first));
        var dims = new ArrayList<String>();
        var sizes = new ArrayList<Integer>(List.of(rows));
        axes.substring(1).chars().forEach(axis -> subscript(Character.toString(axis), false, dims, sizes));
        parameters.add(parameter("%" + name, type(), sizes));
        body.append(indent).append("%%%1$s%2$s = gather %%%1$s[%%%1$s.index[%3$s], %4$s]\n".formatted(name, list(axes), first,
                String.join(", ", dims)));
    }

    private void scatter(String indent, String name, String axes) {
        int updates = EXTENTS[random.nextInt(EXTENTS.length)];
        parameters.add("%%%s.index: i64[%d] (0)".formatted(name, updates));
        var dims = new ArrayList<String>(List.of("%" + name + ".index"));
        var sizes = new ArrayList<Integer>(List.of(updates));
        axes.substring(1).chars().forEach(axis -> subscript(Character.toString(axis), false, dims, sizes));
        parameters.add(parameter("%" + name, type(), sizes));
        body.append(indent).append("%%%1$s%2$s = scatter_add %%%1$s[%3$s]\n".formatted(name, list(axes), String.join(", ", dims)));
    }

    private void draw(String indent, String name, String axes) {
        parameters.add("%" + name + ".seed: i64[] ()");
        var terms = new ArrayList<String>();
        int stride = random.nextInt(3) == 0 ? 1000 : 1;
        for (char axis : new StringBuilder(axes).reverse().toString().toCharArray()) {
            terms.add(stride + "*" + axis);
            stride *= extents[AXES.indexOf(axis)];
        }
        body.append(indent).append("%%%1$s%2$s = random %%%1$s.seed stream %3$d at %4$s\n".formatted(name, list(axes), random.nextLong(),
                String.join(" + ", terms)));
    }

    private void panels(String indent, String name, String axes) {
        String last = axes.substring(axes.length() - 1);
        var order = IntStream.range(0, axes.length() - 1).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        int dim = axes.length() - 1;
        int width = random.nextBoolean() ? 16 : 32;
        var sizes = axes.chars().mapToObj(axis -> Integer.toString(extents[AXES.indexOf(axis)])).collect(Collectors.joining(", "));
        parameters.add("%%%s: %s[%s] (%d/%d, %s, %d%%%d)".formatted(name, type(), sizes, dim, width, order, dim, width));
        body.append(indent).append("%%%1$s%2$s = load %%%1$s%2$s\n".formatted(name, list(axes)));
    }

    private void load(String indent, String name, String axes) {
        var dims = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        boolean isGuarded = random.nextInt(3) > 0;
        var left = new ArrayList<>(axes.chars().mapToObj(Character::toString).toList());
        Collections.shuffle(left, random);
        while (!left.isEmpty()) {
            int count = Math.min(left.size(), 1 + random.nextInt(2));
            subscript(String.join("", left.subList(0, count)), isGuarded, dims, sizes);
            left.subList(0, count).clear();
        }
        if (random.nextInt(3) == 0) {
            dims.add("1");
            sizes.add(2 + random.nextInt(6));
        }
        parameters.add(parameter("%" + name, type(), sizes));
        body.append(indent).append("%%%1$s%2$s = load %%%1$s%3$s[%4$s]\n".formatted(name, list(axes), isGuarded ? "?" : "",
                String.join(", ", dims)));
    }

    /** A sum of axes, and a dim for it: one that holds all of its positions, unless a guard allows for less. */
    private void subscript(String axes, boolean isGuarded, List<String> dims, List<Integer> sizes) {
        int least = 0;
        int most = 0;
        var terms = new StringBuilder();
        for (char axis : axes.toCharArray()) {
            int coefficient = random.nextInt(3) == 0 ? random.nextInt(5) - 2 : 1;
            int factor = coefficient == 0 ? 4 : coefficient;
            int reach = factor * (extents[AXES.indexOf(axis)] - 1);
            least += Math.min(0, reach);
            most += Math.max(0, reach);
            terms.append(terms.isEmpty() ? "" : " + ").append(factor == 1 ? "" : factor + "*").append(axis);
        }
        int offset = isGuarded ? random.nextInt(9) - 6 - least : -least;
        dims.add((terms + (offset < 0 ? " - " + -offset : offset > 0 ? " + " + offset : "")).replace("+ -", "- "));
        sizes.add(isGuarded ? Math.max(1, most - least + 1 - random.nextInt(8)) : most - least + 1);
    }

    private void store(String name, String axes) {
        String sizes = axes.chars().mapToObj(axis -> Integer.toString(extents[AXES.indexOf(axis)])).collect(Collectors.joining(", "));
        boolean isPanelled = axes.length() == 2 && random.nextInt(3) == 0;
        String layout = isPanelled ? "(1/16, 0, 1%16)" : axes.length() == 1 ? "(0)" : random.nextBoolean() ? "(0, 1)" : "(1, 0)";
        parameters.add("out %%%s.out: %s[%s] %s".formatted(name, random.nextInt(4) == 0 ? "bf16" : "f32", sizes, layout));
        body.append("  store %%%1$s.out%2$s = %%%1$s%2$s\n".formatted(name, list(axes)));
    }

    private String type() {
        return TYPES[random.nextInt(TYPES.length)];
    }

    private String parameter(String name, String type, List<Integer> sizes) {
        var order = new ArrayList<>(IntStream.range(0, sizes.size()).boxed().toList());
        if (random.nextBoolean()) {
            Collections.shuffle(order, random);
        }
        return "%s: %s[%s] (%s)".formatted(name, type, sizes.stream().map(Object::toString).collect(Collectors.joining(", ")),
                order.stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
}
