package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Buffer;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Place;
import pleat.ir.plan.Plan.Step;
import pleat.ir.type.TensorType;

/** Reads the text of a plan and its kernels. It checks that names are defined, and no meaning: that is the verifier's work. */
public final class PlanParser {
    private static final int MAX_NESTING = 100;
    private static final Pattern LOOP = Pattern.compile("i\\d{1,3}");

    /** A plan and where its buffers, its steps and the steps of its kernels stand. */
    public record Parsed(Plan plan, Spans spans) {}

    private final Tokens tokens;
    private final Spans spans;
    private final TypeParser types;
    private final Map<String, Integer> buffers = new HashMap<>();
    /** Kernels stand after the steps that launch them. */
    private final List<Token> launched = new ArrayList<>();
    private int nesting;

    private PlanParser(Source source) {
        this.tokens = new Tokens(source);
        this.spans = new Spans(source);
        this.types = new TypeParser(tokens);
    }

    /** @throws DiagnosticsException with what is wrong with the text */
    public static Parsed parse(Source source) {
        var parser = new PlanParser(source);
        return new Parsed(parser.plan(), parser.spans);
    }

    private Plan plan() {
        int start = tokens.position();
        tokens.expectWord("plan");
        var name = tokens.expect(Token.Kind.GLOBAL, "the name of the plan").text();
        Plan.Arena arena = arena();
        Span head = tokens.spanFrom(start);
        tokens.expect("{");
        var declared = ImmutableList.<Buffer>builder();
        while (tokens.seesWord("buffer")) {
            declared.add(buffer());
        }
        ImmutableList<Step> steps = steps();
        var plan = new Plan(name, kernels(), declared.build(), steps, arena);
        spans.put(plan, head);
        return plan;
    }

    private Plan.Arena arena() {
        tokens.expectWord("arena");
        long bytes = tokens.integer();
        tokens.expectWord("live");
        long live = tokens.integer();
        tokens.expectWord("unshared");
        return new Plan.Arena(bytes, live, tokens.integer());
    }

    private ImmutableMap<String, Kernel> kernels() {
        var kernels = new LinkedHashMap<String, Kernel>();
        while (tokens.peek().kind() != Token.Kind.END) {
            Kernel kernel = KernelParser.parse(tokens, spans);
            if (kernels.putIfAbsent(kernel.name(), kernel) != null) {
                throw Tokens.refuse(TextCode.DEFINED_TWICE, spans.of(kernel), "kernel `@" + kernel.name() + "` is defined twice");
            }
        }
        for (Token name : launched) {
            if (!kernels.containsKey(name.text())) {
                throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "there is no kernel `@" + name.text() + "` to launch");
            }
        }
        return ImmutableMap.copyOf(kernels);
    }

    private Buffer buffer() {
        int start = tokens.position();
        tokens.expectWord("buffer");
        Token name = tokens.expect(Token.Kind.VALUE, "a buffer");
        if (buffers.putIfAbsent(name.text(), buffers.size()) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "buffer `%" + name.text() + "` is declared twice");
        }
        tokens.expect(":");
        TensorType type = types.type();
        Layout layout = new LayoutParser(tokens).parse();
        Kind kind = kind();
        var external = tokens.peek().kind() == Token.Kind.STRING ? tokens.next().text() : "";
        tokens.expectWord("at");
        long offset = tokens.signedInteger();
        tokens.expectWord("bytes");
        var buffer = new Buffer(name.text(), type, layout, new Place(kind, external, offset, tokens.integer()));
        spans.put(buffer, tokens.spanFrom(start));
        return buffer;
    }

    private Kind kind() {
        for (Kind kind : Kind.values()) {
            if (tokens.acceptWord(PlanPrinter.text(kind))) {
                return kind;
            }
        }
        throw tokens.expected("what the buffer is: `input`, `consumed`, `weight`, `cotangent`, `output`, `temporary` or `scratch`");
    }

    /** Up to and with the bracket that closes them. */
    private ImmutableList<Step> steps() {
        var steps = ImmutableList.<Step>builder();
        while (!tokens.accept("}")) {
            int start = tokens.position();
            Step step = step();
            spans.put(step, tokens.spanFrom(start));
            steps.add(step);
        }
        return steps.build();
    }

    private Step step() {
        if (tokens.acceptWord("launch")) {
            Token kernel = tokens.expect(Token.Kind.GLOBAL, "the name of a kernel");
            launched.add(kernel);
            ImmutableList<Argument> arguments = tokens.list("(", this::argument, ")");
            return new Step.Launch(kernel.text(), arguments, source());
        }
        if (tokens.acceptWord("copy")) {
            Argument from = argument();
            tokens.expect("->");
            return new Step.Copy(from, argument());
        }
        if (tokens.acceptWord("loop")) {
            return loop();
        }
        if (tokens.acceptWord("start")) {
            int flight = tokens.smallInteger();
            var exchange = new ExchangeParser(tokens).parse();
            Argument from = argument();
            tokens.expect("->");
            return new Step.Start(flight, exchange, from, argument(), source());
        }
        if (tokens.acceptWord("await")) {
            return new Step.Await(tokens.smallInteger());
        }
        throw tokens.expected("`launch`, `copy`, `loop`, `start` or `await`");
    }

    private Step loop() {
        long count = tokens.integer();
        boolean reversed = tokens.acceptWord("reversed");
        Token open = tokens.expect("{");
        if (++nesting > MAX_NESTING) {
            throw Tokens.refuse(TextCode.TOO_DEEP, open.span(), "loops are nested more than " + MAX_NESTING + " deep");
        }
        ImmutableList<Step> steps = steps();
        nesting--;
        return new Step.Loop(count, reversed, steps);
    }

    private Argument argument() {
        Token name = tokens.expect(Token.Kind.VALUE, "a buffer");
        Integer buffer = buffers.get(name.text());
        if (buffer == null) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "there is no buffer `%" + name.text() + "`");
        }
        var strides = ImmutableList.<Long>builder();
        if (tokens.accept("[")) {
            int depth = 0;
            do {
                strides.add(tokens.signedInteger());
                tokens.expect("*");
                tokens.expectWord("i" + depth++);
            } while (tokens.accept("+"));
            tokens.expect("]");
        }
        return new Argument(buffer, strides.build(), window());
    }

    private Optional<Plan.Window> window() {
        if (!tokens.accept("(")) {
            return Optional.empty();
        }
        tokens.expectWord("dim");
        int dim = tokens.smallInteger();
        tokens.expectWord("from");
        long start = tokens.integer();
        tokens.expectWord("for");
        long extent = tokens.integer();
        tokens.expectWord("by");
        Token loop = tokens.expect(Token.Kind.WORD, "the loop that moves the window, such as `i0`");
        tokens.expect(")");
        if (!LOOP.matcher(loop.text()).matches()) {
            throw Tokens.refuse(TextCode.EXPECTED, loop.span(), "`" + loop.text() + "` is no loop; the outermost is `i0`");
        }
        return Optional.of(new Plan.Window(dim, start, extent, Integer.parseInt(loop.text().substring(1))));
    }

    private String source() {
        if (tokens.peek().kind() != Token.Kind.AT) {
            return "";
        }
        tokens.next();
        var source = new StringBuilder(tokens.expect(Token.Kind.STRING, "a file").text());
        while (tokens.accept(":")) {
            source.append(':').append(tokens.integer());
        }
        return source.toString();
    }
}
