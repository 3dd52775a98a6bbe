package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.kernel.Kernel.Parameter;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.TileOp;
import pleat.ir.text.Token.Kind;
import pleat.ir.type.TensorType;

/** Reads the text of a kernel. It checks that names are defined, and no meaning: that is the verifier's work. */
public final class KernelParser {
    /** A kernel and where its steps stand. */
    public record Parsed(Kernel kernel, Spans spans) {}

    /** An axis and its name in the text. */
    private record NamedAxis(Token name, KernelAxis axis) {}

    private final Tokens tokens;
    private final Spans spans;
    private final TypeParser types;
    private final Map<String, Integer> buffers = new HashMap<>();

    private KernelParser(Tokens tokens, Spans spans) {
        this.tokens = tokens;
        this.spans = spans;
        this.types = new TypeParser(tokens);
    }

    /** @throws DiagnosticsException with what is wrong with the text */
    public static Parsed parse(Source source) {
        var tokens = new Tokens(source);
        var spans = new Spans(source);
        Kernel kernel = parse(tokens, spans);
        tokens.expect(Kind.END, "the end of the kernel");
        return new Parsed(kernel, spans);
    }

    static Kernel parse(Tokens tokens, Spans spans) {
        return new KernelParser(tokens, spans).kernel();
    }

    private Kernel kernel() {
        int start = tokens.position();
        tokens.expectWord("kernel");
        var name = tokens.expect(Kind.GLOBAL, "the name of a kernel").text();
        ImmutableList<Parameter> parameters = tokens.list("(", this::parameter, ")");
        tokens.expectWord("axes");
        ImmutableList<NamedAxis> axes = tokens.list("(", this::axis, ")");
        Span head = tokens.spanFrom(start);
        List<Token> axisNames = axes.stream().map(NamedAxis::name).toList();
        ImmutableList<TileOp> body = new TileOpParser(tokens, buffers, new AxisScope(tokens, axisNames), spans).block();
        var kernel = new Kernel(name, parameters, axes.stream().map(NamedAxis::axis).collect(ImmutableList.toImmutableList()), body);
        spans.put(kernel, head);
        return kernel;
    }

    private Parameter parameter() {
        Mode mode = tokens.acceptWord("out") ? Mode.OUT : tokens.acceptWord("taken") ? Mode.TAKEN : Mode.IN;
        Token name = tokens.expect(Kind.VALUE, "`out`, `taken` or a parameter");
        if (buffers.putIfAbsent(name.text(), buffers.size()) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "parameter `%" + name.text() + "` is declared twice");
        }
        tokens.expect(":");
        TensorType type = types.type();
        return new Parameter(name.text(), type, new LayoutParser(tokens).parse(), mode);
    }

    private NamedAxis axis() {
        Role role = role();
        Token name = tokens.expect(Kind.WORD, "an axis");
        tokens.expect(":");
        long extent = tokens.integer();
        long block = Math.max(1, extent);
        if (role != Role.WHOLE) {
            tokens.expectWord("by");
            Token size = tokens.peek();
            block = tokens.integer();
            if (block < 1) {
                throw Tokens.refuse(TextCode.NUMBER, size.span(), "a block of axis `" + name.text() + "` has at least one position");
            }
        }
        return new NamedAxis(name, new KernelAxis(name.text(), extent, block, role));
    }

    private Role role() {
        for (Role role : Role.values()) {
            if (tokens.acceptWord(KernelPrinter.text(role))) {
                return role;
            }
        }
        throw tokens.expected("`grid`, `loop` or `whole`");
    }
}
