package pleat.frontend;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes programs of the grammar over few names and sizes, so that many of them have a meaning. */
final class RandomProgram {
    private static final List<String> SIZES = List.of("n", "n", "3", "4");
    private static final List<String> AXES = List.of("i", "j", "k");

    private final Random random;
    private final StringBuilder out = new StringBuilder();
    private int locals;
    private boolean function;
    private List<String> calls = List.of();

    RandomProgram(Random random) {
        this.random = random;
    }

    String text() {
        out.append("scalar twice(x) = x + x\n\n");
        module("fn", "F", "[n]", 2);
        module("module", "M", "[n]", 4);
        module("module", "Top", one("[n]", "[n]", "[n, n]", "(a: [n], b: [.., 4])"), 6);
        return out.toString();
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private void module(String keyword, String name, String outputs, int statements) {
        locals = 0;
        function = keyword.equals("fn");
        calls = switch (name) {
            case "F" -> List.of("softmax(x)", "relu(x)", random.nextInt(20) == 0 ? "F(x, y, z, w)" : "x");
            case "M" -> List.of("softmax(x)", "F(x, y, z, w)", "F(x, y, z, w, flag = false)");
            default -> List.of("F(x, y, z, w, c = 3)", "inner(x, y, z, w)", "more(x; y, z, w)");
        };
        out.append(keyword).append(' ').append(name).append("(x: [n], y: [n, n], z: [.., 4], w: i64[n]) -> ").append(outputs)
                .append(one(" where c = 4, flag = true", " where n in 1..8, c = 3, flag = false")).append(" {\n");
        if (name.equals("Top")) {
            out.append("  use inner: M").append(one("", "(flag = true)", "(..)", "(c = 3)")).append("\n  repeat 3 more: M\n");
        }
        for (int i = random.nextInt(statements + 1); i > 0; i--) {
            statement("  ", 2);
        }
        out.append("  return ").append(outputs.startsWith("(") ? "x, z" : outputs.equals("[n, n]") ? "y"
                : one("x", "x", pick(calls), expression(2))).append("\n}\n\n");
    }

    private void statement(String indent, int depth) {
        out.append(indent);
        switch (random.nextInt(depth > 0 ? 12 : 8)) {
            case 0 -> out.append("x[i] = ").append(indexed(4, "i")).append('\n');
            case 1 -> out.append("y[i, j] ").append(one("=", "=", "+=")).append(' ').append(indexed(4, "i", "j")).append('\n');
            case 2 -> out.append("z[.., k] = ").append(rest(3)).append('\n');
            case 3 -> out.append("x = ").append(expression(3)).append('\n');
            case 4 -> out.append("v").append(locals++).append("[i: ").append(pick(SIZES)).append(", j] = ")
                    .append(indexed(4, "i", "j")).append('\n');
            case 5 -> out.append("let q").append(random.nextInt(3)).append(" = ").append(constant(3)).append('\n');
            case 6 -> out.append(function ? "# p" : "param p").append(locals++).append(": [").append(pick(SIZES)).append(", ")
                    .append(constant(2)).append("]\n");
            case 7 -> out.append("x = ").append(pick(calls)).append('\n');
            case 8 -> block(indent, depth, "if " + one("flag", "c > 3", "not flag", "c == 4", constant(2) + " > 1"));
            default -> block(indent, depth, "loop t in " + one("3", "c", "2") + " carrying " + one("x", "x, y", "z")
                    + one("", "", "", "", " over w") + one("", "", " collecting y"));
        }
    }

    private void block(String indent, int depth, String head) {
        out.append(head).append(" {\n");
        for (int i = random.nextInt(3); i >= 0; i--) {
            statement(indent + "  ", depth - 1);
        }
        out.append(indent).append("}\n");
    }

    /** An expression without axes. */
    private String expression(int depth) {
        return depth == 0 ? one("x", "x", "x", "2", "c", "w", random.nextInt(9) == 0 ? "y" : "x") : switch (random.nextInt(6)) {
            case 0 -> "twice(" + expression(depth - 1) + ")";
            case 1 -> expression(depth - 1) + one(" + ", " - ", " * ", " / ") + expression(depth - 1);
            case 2 -> "exp(-" + expression(depth - 1) + ")";
            case 3 -> pick(calls);
            case 4 -> "select(x < 1, " + expression(depth - 1) + ", x)";
            default -> "x";
        };
    }

    private String rest(int depth) {
        return depth == 0 ? one("z[.., k]", "z", "z", "z[.., k]", "pos(k)") : one("", "-", "relu", "twice")
                + "(" + rest(depth - 1) + one(" + ", " * ") + one(rest(depth - 1), "sum(d) z[.., d]", "max(d: 4) z?[.., d - 1]")
                + ")";
    }

    /** An expression over the axes of the left side. */
    private String indexed(int depth, String... axes) {
        var all = Stream.concat(Stream.of(axes), random.nextInt(25) == 0 ? AXES.stream() : Stream.of(axes)).toList();
        return depth == 0 ? leaf(all) : switch (random.nextInt(8)) {
            case 0, 1 -> indexed(depth - 1, axes) + one(" + ", " - ", " * ") + one("", "-") + leaf(all);
            case 2 -> "(" + indexed(depth - 1, axes) + ") / " + indexed(depth - 1, axes);
            case 3 -> one("sum", "max", "min", "mean") + "(k" + one("", "", ": 4", ": n") + ") " + leaf(List.of("k", axes[0]))
                    + " * " + leaf(List.of("k"));
            case 4 -> one("exp", "abs", "sigmoid", "twice", "relu", "stop_gradient") + "(" + indexed(depth - 1, axes) + ")";
            case 5 -> "pos(" + pick(all) + ") * extent(" + pick(all) + ")";
            case 6 -> "select(" + leaf(all) + one(" < ", " == ", " >= ", " or ") + leaf(all) + ", " + leaf(all) + ", "
                    + constant(1) + ")";
            default -> leaf(all);
        };
    }

    private String leaf(List<String> axes) {
        return switch (random.nextInt(7)) {
            case 0, 1 -> "x[" + subscript(axes) + "]";
            case 2 -> "y[" + subscript(axes) + ", " + subscript(axes) + "]";
            case 3 -> "x?[" + subscript(axes) + one(" + 1", " - 2", "*2", "") + "]";
            case 4 -> "y?[" + Stream.of(0, 1).map(_ -> subscript(axes) + one("", " - 1")).collect(Collectors.joining(", ")) + "]";
            case 5 -> one("x[w[i]]", "y[w[i], " + subscript(axes) + "]", "y[" + subscript(axes) + ", w[i] - 1]", "w[i]");
            default -> constant(1);
        };
    }

    private String subscript(List<String> axes) {
        return random.nextInt(25) == 0 ? one("0", "c", "n - 1", "2*i", "i*j") : pick(axes);
    }

    private String constant(int depth) {
        return depth == 0 ? one("1", "2", "c", "c", "0.5", "3", random.nextInt(5) == 0 ? "n" : "4") : switch (random.nextInt(4)) {
            case 0 -> constant(depth - 1) + one(" + ", "*", " - ", "/") + constant(depth - 1);
            case 1 -> one("max", "min") + "(" + constant(depth - 1) + ", " + constant(depth - 1) + ")";
            default -> constant(0);
        };
    }
}
