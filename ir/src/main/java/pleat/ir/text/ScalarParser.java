package pleat.ir.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import pleat.ir.index.Access;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.text.Token.Kind;

/** The body of a formula: the usual precedences, all operators to the left, functions by their names. */
final class ScalarParser {
    /** Deeper than any formula that fusion makes, and shallow enough for a recursion on the smallest stack. */
    private static final int MAX_DEPTH = 1000;
    private static final int MAX_NESTING = 100;

    private static final Map<String, Fn1> UNARY = Arrays.stream(Fn1.values())
            .collect(Collectors.toUnmodifiableMap(Fn1::text, fn -> fn));
    private static final Map<String, Fn2> BINARY = Arrays.stream(Fn2.values()).filter(fn -> ScalarPrinter.infix(fn).isEmpty())
            .collect(Collectors.toUnmodifiableMap(Fn2::text, fn -> fn));

    /** What a read reads, and where, with provisional axes. */
    record Operand(String name, Access access) {}

    /** @param depth levels of the tree */
    private record Node(Scalar scalar, int depth) {}

    private final Tokens tokens;
    private final AxisScope axes;
    private final Map<Operand, Token> reads = new LinkedHashMap<>();
    private final List<Operand> numbered = new ArrayList<>();
    private int nesting;

    ScalarParser(Tokens tokens, AxisScope axes) {
        this.tokens = tokens;
        this.axes = axes;
    }

    Scalar parse() {
        return sum().scalar();
    }

    /** What was read, each once, in the order of first use, with the first token that names it. */
    Map<Operand, Token> reads() {
        return reads;
    }

    private Node sum() {
        Node left = product();
        while (tokens.sees("+") || tokens.sees("-")) {
            Fn2 fn = tokens.next().text().equals("+") ? Fn2.ADD : Fn2.SUB;
            left = binary(fn, left, product());
        }
        return left;
    }

    private Node product() {
        Node left = unary();
        while (tokens.sees("*") || tokens.sees("/")) {
            Fn2 fn = tokens.next().text().equals("*") ? Fn2.MUL : Fn2.DIV;
            left = binary(fn, left, unary());
        }
        return left;
    }

    private Node unary() {
        if (!tokens.accept("-")) {
            return primary();
        }
        Optional<Double> constant = constant();
        if (constant.isPresent()) {
            return new Node(new Scalar.Const(-constant.get()), 1);
        }
        Node operand = nested(this::unary);
        return node(operand.scalar().apply(Fn1.NEG), operand.depth());
    }

    private Node primary() {
        Optional<Double> constant = constant();
        if (constant.isPresent()) {
            return new Node(new Scalar.Const(constant.get()), 1);
        }
        if (tokens.peek().kind() == Kind.VALUE) {
            return new Node(new Scalar.Read(read()), 1);
        }
        if (tokens.accept("(")) {
            Node inner = nested(this::sum);
            tokens.expect(")");
            return inner;
        }
        return application(tokens.expect(Kind.WORD, "a number, an operand or a function"));
    }

    private Optional<Double> constant() {
        if (tokens.acceptWord("inf")) {
            return Optional.of(Double.POSITIVE_INFINITY);
        }
        if (tokens.acceptWord("nan")) {
            return Optional.of(Double.NaN);
        }
        if (tokens.peek().kind() != Kind.NUMBER) {
            return Optional.empty();
        }
        Token token = tokens.next();
        double value = Double.parseDouble(token.text());
        if (Double.isInfinite(value)) {
            throw Tokens.refuse(TextCode.NUMBER, token.span(), "`" + token.text() + "` is larger than any number of 64 bits");
        }
        return Optional.of(value);
    }

    private int read() {
        Token name = tokens.next();
        boolean guarded = tokens.accept("?");
        var operand = new Operand(name.text(), new Access(tokens.list("[", axes::index, "]"), guarded));
        if (reads.putIfAbsent(operand, name) == null) {
            numbered.add(operand);
        }
        return numbered.indexOf(operand);
    }

    private Node application(Token name) {
        switch (name.text()) {
            case "pos", "extent" -> {
                tokens.expect("(");
                int axis = axes.mention();
                tokens.expect(")");
                return new Node(name.text().equals("pos") ? new Scalar.Position(axis) : new Scalar.Extent(axis), 1);
            }
            case "select" -> {
                List<Node> arguments = arguments(name, 3);
                return node(new Scalar.Select(arguments.get(0).scalar(), arguments.get(1).scalar(), arguments.get(2).scalar()),
                        arguments.stream().mapToInt(Node::depth).max().orElseThrow());
            }
            default -> {
                return function(name);
            }
        }
    }

    private Node function(Token name) {
        if (UNARY.containsKey(name.text())) {
            Node operand = arguments(name, 1).getFirst();
            return node(operand.scalar().apply(UNARY.get(name.text())), operand.depth());
        }
        if (BINARY.containsKey(name.text())) {
            List<Node> arguments = arguments(name, 2);
            return binary(BINARY.get(name.text()), arguments.get(0), arguments.get(1));
        }
        throw Tokens.refuse(TextCode.UNKNOWN_WORD, name.span(), "`" + name.text() + "` is no function");
    }

    private List<Node> arguments(Token name, int count) {
        List<Node> arguments = tokens.list("(", () -> nested(this::sum), ")");
        if (arguments.size() != count) {
            throw Tokens.refuse(TextCode.ARGUMENTS, name.span(),
                    "`" + name.text() + "` takes " + count + (count == 1 ? " argument, not " : " arguments, not ")
                    + arguments.size());
        }
        return arguments;
    }

    private Node binary(Fn2 fn, Node left, Node right) {
        return node(new Scalar.Binary(fn, left.scalar(), right.scalar()), Math.max(left.depth(), right.depth()));
    }

    private Node node(Scalar scalar, int depthBelow) {
        if (depthBelow >= MAX_DEPTH) {
            throw Tokens.refuse(TextCode.TOO_DEEP, tokens.peek().span(), "the formula is more than " + MAX_DEPTH
                    + " operations deep");
        }
        return new Node(scalar, depthBelow + 1);
    }

    private Node nested(Supplier<Node> inner) {
        if (++nesting > MAX_NESTING) {
            throw Tokens.refuse(TextCode.TOO_DEEP, tokens.peek().span(), "brackets are nested more than " + MAX_NESTING
                    + " deep");
        }
        Node node = inner.get();
        nesting--;
        return node;
    }
}
