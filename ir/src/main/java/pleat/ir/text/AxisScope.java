package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.index.Axis;
import pleat.ir.index.Index;
import pleat.ir.text.Token.Kind;
import pleat.ir.type.Dim;

/**
 * The axes of one formula. They are declared on both sides of the body, so what is read first refers to an axis by a provisional
 * number, the order of first mention; {@link #resolve} gives the final ones: written axes as the result mentions them, then the
 * reduced ones.
 */
final class AxisScope {
    /** Larger than any tensor, and so small that no sum of factors leaves 64 bits. */
    private static final long MAX_FACTOR = 1L << 40;

    private final Tokens tokens;
    private final List<Token> mentions = new ArrayList<>();
    private final Map<String, Integer> provisional = new LinkedHashMap<>();
    private final Map<String, Dim> extents = new LinkedHashMap<>();
    private final Set<Integer> written = new LinkedHashSet<>();
    private final boolean isOpen;
    private boolean inResult;

    /** A formula declares its axes. */
    AxisScope(Tokens tokens) {
        this.tokens = tokens;
        this.isOpen = true;
    }

    /** Formulas of a kernel use the axes of the kernel, and number them by position. */
    AxisScope(Tokens tokens, List<Token> kernelAxes) {
        this.tokens = tokens;
        this.isOpen = false;
        for (Token name : kernelAxes) {
            if (provisional.putIfAbsent(name.text(), mentions.size()) != null) {
                throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "axis `" + name.text() + "` is declared twice");
            }
            mentions.add(name);
        }
    }

    /** What is mentioned from here on is written. */
    void startResult() {
        inResult = true;
    }

    /** A name that is used as an axis here. */
    int mention() {
        Token name = tokens.expect(Kind.WORD, "an axis");
        int number = number(name);
        if (inResult) {
            written.add(number);
        }
        return number;
    }

    private int number(Token name) {
        if (!isOpen && !provisional.containsKey(name.text())) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "the kernel has no axis `" + name.text() + "`");
        }
        return provisional.computeIfAbsent(name.text(), _ -> {
            mentions.add(name);
            return mentions.size() - 1;
        });
    }

    /** {@code k: 8}: an axis and its extent. */
    Integer declare(TypeParser types) {
        Token name = tokens.expect(Kind.WORD, "an axis");
        tokens.expect(":");
        Dim extent = types.dim();
        if (extents.putIfAbsent(name.text(), extent) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "axis `" + name.text() + "` is declared twice");
        }
        return number(name);
    }

    /** A bare subscript of the result declares its axis, where {@code over} did not. */
    void declareBare(Index index, Dim extent) {
        index.bareAxis().ifPresent(axis -> extents.putIfAbsent(mentions.get(axis).text(), extent));
    }

    /** The name that an axis was first mentioned by. */
    String name(int axis) {
        return mentions.get(axis).text();
    }

    /** The affine subscript {@code 2*i + t - 3}, with provisional axes. */
    Index index() {
        boolean negative = tokens.accept("-");
        Index sum = negative ? term().times(-1) : term();
        while (tokens.sees("+") || tokens.sees("-")) {
            boolean minus = tokens.next().text().equals("-");
            Index term = term();
            sum = sum.plus(minus ? term.times(-1) : term);
        }
        return sum;
    }

    private Index term() {
        if (tokens.peek().kind() == Kind.NUMBER) {
            long factor = factor();
            return tokens.accept("*") ? Index.axis(mention()).times(factor) : Index.constant(factor);
        }
        Index axis = Index.axis(mention());
        return tokens.accept("*") ? axis.times(factor()) : axis;
    }

    private long factor() {
        Token token = tokens.peek();
        long factor = tokens.integer();
        if (factor > MAX_FACTOR) {
            throw Tokens.refuse(TextCode.NUMBER, token.span(), "a subscript reaches no further than 2^40");
        }
        return factor;
    }

    /**
     * The axes in final order, and the final position of each provisional number.
     *
     * @param reduced provisional numbers of the axes that the reduction lists
     * @param over provisional numbers of those that {@code over} lists
     */
    Resolved resolve(List<Integer> reduced, List<Integer> over) {
        for (Token mention : mentions) {
            if (!extents.containsKey(mention.text())) {
                throw Tokens.refuse(TextCode.NOT_DEFINED, mention.span(), "axis `" + mention.text() + "` has no extent");
            }
        }
        for (int axis : reduced) {
            if (written.contains(axis)) {
                Token mention = mentions.get(axis);
                throw Tokens.refuse(TextCode.DEFINED_TWICE, mention.span(), "axis `" + mention.text()
                        + "` is both reduced and written");
            }
        }
        var order = new LinkedHashSet<>(written);
        order.addAll(over);
        order.addAll(reduced);
        var position = new int[mentions.size()];
        var axes = ImmutableList.<Axis>builder();
        int next = 0;
        for (int axis : order) {
            var name = mentions.get(axis).text();
            axes.add(new Axis(name, extents.get(name)));
            position[axis] = next++;
        }
        return new Resolved(axes.build(), position);
    }

    /** @param position final position of each provisional number */
    record Resolved(ImmutableList<Axis> axes, int[] position) {}
}
