package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.text.Token.Kind;

/** Reads the text of lane code. It checks that names are defined and how many results and operands a row has; the rest is the verifier's work. */
public final class LaneParser {
    private static final Map<String, Opcode> OPCODES = Arrays.stream(Opcode.values()).collect(Collectors.toUnmodifiableMap(Opcode::text, Function.identity()));

    /** A kernel and where its ops stand. */
    public record Parsed(LaneKernel kernel, Spans spans) {}

    private final Tokens tokens;
    private final Spans spans;
    private final Map<String, LaneValue> values = new HashMap<>();

    private LaneParser(Source source) {
        this.tokens = new Tokens(source);
        this.spans = new Spans(source);
    }

    /** @throws DiagnosticsException with what is wrong with the text */
    public static Parsed parse(Source source) {
        var parser = new LaneParser(source);
        var kernel = parser.kernel();
        parser.tokens.expect(Kind.END, "the end of the kernel");
        return new Parsed(kernel, parser.spans);
    }

    private LaneKernel kernel() {
        int start = tokens.position();
        tokens.expectWord("lane");
        var name = tokens.expect(Kind.GLOBAL, "the name of a kernel").text();
        var parameters = tokens.list("(", this::typed, ")");
        tokens.expectWord("threads");
        int threads = tokens.smallInteger();
        tokens.expectWord("shared");
        int shared = tokens.smallInteger();
        Span head = tokens.spanFrom(start);
        var kernel = new LaneKernel(name, parameters, threads, shared, block());
        spans.put(kernel, head);
        return kernel;
    }

    private ImmutableList<LaneOp> block() {
        tokens.expect("{");
        var ops = ImmutableList.<LaneOp>builder();
        while (!tokens.accept("}")) {
            ops.add(op());
        }
        return ops.build();
    }

    private LaneOp op() {
        int start = tokens.position();
        if (tokens.acceptWord("for")) {
            return loop(start);
        }
        if (tokens.acceptWord("if")) {
            return when(start);
        }
        List<Token> names = tokens.peek().kind() == Kind.VALUE ? tokens.sequence(() -> tokens.expect(Kind.VALUE, "a result")) : List.of();
        if (!names.isEmpty()) {
            tokens.expect("=");
        }
        Token word = tokens.expect(Kind.WORD, "an op");
        Opcode opcode = OPCODES.get(word.text());
        if (opcode == null) {
            throw Tokens.refuse(TextCode.UNKNOWN_WORD, word.span(), "`" + word.text() + "` is not an op");
        }
        var types = opcode.signature().operands();
        var operands = ImmutableList.<Operand>builder();
        for (int o = 0; o < types.size(); o++) {
            if (o > 0) {
                tokens.expect(",");
            }
            operands.add(operand(types.get(o)));
        }
        if (names.size() != opcode.signature().results().size()) {
            throw Tokens.refuse(TextCode.ARGUMENTS, word.span(), "`%s` gives %d results".formatted(word.text(), opcode.signature().results().size()));
        }
        var results = ImmutableList.<LaneValue>builder();
        for (int r = 0; r < names.size(); r++) {
            results.add(define(names.get(r), opcode.signature().results().get(r)));
        }
        return put(new LaneOp.Row(results.build(), opcode, operands.build()), tokens.spanFrom(start));
    }

    /** A carried value before it is known what the turn leaves. */
    private record Carried(LaneValue entry, Operand init) {}

    private LaneOp loop(int start) {
        Token name = tokens.expect(Kind.VALUE, "the index of the loop");
        LaneType type = type();
        tokens.expect("=");
        Operand from = operand(type);
        tokens.expectWord("to");
        Operand to = operand(type);
        tokens.expectWord("step");
        var range = new LaneOp.Range(from, to, operand(type));
        var index = define(name, type);
        ImmutableList<Carried> carried = tokens.acceptWord("carried") ? tokens.list("(", this::carried, ")") : ImmutableList.of();
        Span head = tokens.spanFrom(start);
        var body = block();
        var carries = ImmutableList.<LaneOp.Carry>builder();
        if (!carried.isEmpty()) {
            tokens.expectWord("next");
            tokens.expect("(");
            for (int c = 0; c < carried.size(); c++) {
                if (c > 0) {
                    tokens.expect(",");
                }
                Token result = tokens.expect(Kind.VALUE, "a result");
                tokens.expect("=");
                var entry = carried.get(c).entry();
                carries.add(new LaneOp.Carry(carried.get(c).init(), entry, operand(entry.type()), define(result, entry.type())));
            }
            tokens.expect(")");
        }
        return put(new LaneOp.For(index, range, carries.build(), body), head);
    }

    private Carried carried() {
        var entry = typed();
        tokens.expect("=");
        return new Carried(entry, operand(entry.type()));
    }

    private LaneOp when(int start) {
        Operand condition = operand(LaneType.PRED);
        Span head = tokens.spanFrom(start);
        var body = block();
        ImmutableList<LaneOp.Merge> merges = tokens.acceptWord("merge") ? tokens.list("(", this::merge, ")") : ImmutableList.of();
        return put(new LaneOp.If(condition, merges, body), head);
    }

    private LaneOp.Merge merge() {
        var result = typed();
        tokens.expect("=");
        Operand then = operand(result.type());
        tokens.expectWord("else");
        return new LaneOp.Merge(result, then, operand(result.type()));
    }

    private LaneOp put(LaneOp op, Span span) {
        spans.put(op, span);
        return op;
    }

    private LaneValue typed() {
        Token name = tokens.expect(Kind.VALUE, "a value");
        return define(name, type());
    }

    private LaneType type() {
        tokens.expect(":");
        Token word = tokens.expect(Kind.WORD, "a type");
        return Arrays.stream(LaneType.values()).filter(type -> type.text().equals(word.text())).findFirst()
                .orElseThrow(() -> Tokens.refuse(TextCode.UNKNOWN_WORD, word.span(), "`" + word.text() + "` is not a type"));
    }

    private LaneValue define(Token name, LaneType type) {
        var value = new LaneValue(name.text(), type);
        if (values.putIfAbsent(name.text(), value) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "`%" + name.text() + "` is defined twice");
        }
        return value;
    }

    private Operand operand(LaneType type) {
        if (tokens.peek().kind() == Kind.VALUE) {
            Token name = tokens.next();
            var value = values.get(name.text());
            if (value == null) {
                throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "`%" + name.text() + "` is not defined");
            }
            return value;
        }
        return switch (type) {
            case PRED -> new Operand.Whole(type, truth());
            case I32, I64 -> new Operand.Whole(type, tokens.signedInteger());
            case F32 -> new Operand.Real(real());
            case GLOBAL, CONST, SHARED, MAP -> throw tokens.expected("a value");
        };
    }

    private long truth() {
        if (tokens.acceptWord("true")) {
            return 1;
        }
        tokens.expectWord("false");
        return 0;
    }

    private float real() {
        boolean isNegative = tokens.accept("-");
        float size = tokens.acceptWord("inf") ? Float.POSITIVE_INFINITY : tokens.acceptWord("nan") ? Float.NaN
                : Float.parseFloat(tokens.expect(Kind.NUMBER, "a number").text());
        return isNegative ? -size : size;
    }
}
