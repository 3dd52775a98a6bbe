package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.Token.Kind;

/** One function of the tensor level. An op that cannot be read is reported, and reading goes on at the next line. */
final class FunctionParser {
    private final Tokens tokens;
    private final TypeParser types;
    private final Diagnostics diagnostics;
    private final Spans spans;
    private final Scope scope;

    FunctionParser(Tokens tokens, Diagnostics diagnostics, Spans spans) {
        this.tokens = tokens;
        this.types = new TypeParser(tokens);
        this.diagnostics = diagnostics;
        this.spans = spans;
        this.scope = new Scope(diagnostics);
    }

    /** The name of a role in the text; a plain parameter has none. */
    static String text(Role role) {
        return role == Role.PLAIN ? "" : role.name().toLowerCase(Locale.ROOT);
    }

    Function parse() {
        int start = tokens.position();
        tokens.expectWord("func");
        var name = tokens.expect(Kind.GLOBAL, "the name of a function").text();
        int parameterList = tokens.position();
        // The symbols stand after the parameters that use them.
        if (tokens.skipBrackets("(", ")")) {
            types.where();
        }
        int afterWhere = tokens.position();
        tokens.reset(parameterList);
        ImmutableList<Parameter> parameters = tokens.list("(", this::parameter, ")");
        tokens.reset(Math.max(tokens.position(), afterWhere));
        var head = tokens.spanFrom(start);
        tokens.expect("{");
        ImmutableList<Op> body = body();
        tokens.expectWord("return");
        ImmutableList<Return> returns = tokens.sees("}") ? ImmutableList.of() : tokens.sequence(this::result);
        tokens.expect("}");
        var function = new Function(name, parameters, body, returns);
        spans.put(function, head);
        return function;
    }

    private Parameter parameter() {
        var role = Role.PLAIN;
        for (Role candidate : Role.values()) {
            if (candidate != Role.PLAIN && tokens.acceptWord(text(candidate))) {
                role = candidate;
            }
        }
        Token name = tokens.expect(Kind.VALUE, "a role or a value");
        tokens.expect(":");
        Value value = scope.define(name, types.type());
        return new Parameter(value, role, external(value), new MeshParser(tokens).sharding());
    }

    private ImmutableList<Op> body() {
        var body = ImmutableList.<Op>builder();
        var ops = new OpParser(tokens, types, scope);
        while (!tokens.seesWord("return") && !tokens.sees("}") && tokens.peek().kind() != Kind.END) {
            int start = tokens.position();
            try {
                Op op = ops.parse();
                spans.put(op, tokens.spanFrom(start));
                body.add(op);
            } catch (DiagnosticsException refused) {
                refused.diagnostics().forEach(diagnostics::report);
                tokens.skipLine(start);
            }
        }
        return body.build();
    }

    private Return result() {
        Value value = scope.use(tokens.expect(Kind.VALUE, "a value"));
        return new Return(value, external(value), new MeshParser(tokens).sharding());
    }

    private String external(Value value) {
        return tokens.peek().kind() == Kind.STRING ? tokens.next().text() : value.name();
    }
}
