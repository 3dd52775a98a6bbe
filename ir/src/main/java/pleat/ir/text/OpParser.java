package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.Token.Kind;
import pleat.ir.type.TensorType;

/** One op of the tensor level. */
final class OpParser {
    private final Tokens tokens;
    private final TypeParser types;
    private final Scope scope;

    OpParser(Tokens tokens, TypeParser types, Scope scope) {
        this.tokens = tokens;
        this.types = types;
        this.scope = scope;
    }

    Op parse() {
        ImmutableList<Token> results = tokens.peek().kind() == Kind.VALUE ? tokens.sequence(this::name) : ImmutableList.of();
        try {
            if (!results.isEmpty()) {
                tokens.expect("=");
            }
            return right(results);
        } catch (DiagnosticsException refused) {
            results.forEach(scope::poison);
            throw refused;
        }
    }

    private Op right(ImmutableList<Token> results) {
        if (tokens.acceptWord("call")) {
            return call(results);
        }
        if (tokens.acceptWord("repeat")) {
            return repeat(results);
        }
        Token result = single(results);
        if (tokens.acceptWord("gather")) {
            return gather(result);
        }
        if (tokens.acceptWord("scatter_add")) {
            return scatterAdd(result);
        }
        if (tokens.peek().kind() == Kind.WORD && MeshParser.isTransfer(tokens.peek().text())) {
            return collective(result, tokens.next());
        }
        return tokens.acceptWord("random") ? random(result) : compute(result);
    }

    private Token single(ImmutableList<Token> results) {
        if (results.isEmpty()) {
            throw tokens.expected("an op or `return`");
        }
        if (results.size() > 1) {
            throw Tokens.refuse(TextCode.EXPECTED, results.get(1).span(), "only `call` and `repeat` have more than one result");
        }
        return results.getFirst();
    }

    private Op compute(Token result) {
        FormulaParser.Parsed parsed = FormulaParser.parse(tokens, types);
        Formula formula = parsed.formula();
        var operands = parsed.operands().stream().map(scope::use).collect(ImmutableList.toImmutableList());
        return new Op.Compute(scope.define(result, formula.resultType()), formula.equation(), operands, location());
    }

    private Op call(ImmutableList<Token> results) {
        var callee = global();
        ImmutableList<Value> operands = operands();
        return new Op.Call(define(results), callee, operands, location());
    }

    private Op repeat(ImmutableList<Token> results) {
        long count = tokens.integer();
        var callee = global();
        tokens.expectWord("carried");
        ImmutableList<Value> carried = operands();
        tokens.expectWord("invariant");
        ImmutableList<Value> invariant = operands();
        tokens.expectWord("sliced");
        ImmutableList<Value> sliced = operands();
        var body = new Op.Repeat.Body(callee, count, tokens.acceptWord("reversed"));
        return new Op.Repeat(define(results), body, carried, invariant, sliced, location());
    }

    private Op gather(Token result) {
        Value table = operand();
        Value indices = indices();
        return new Op.Gather(scope.define(result, resultType()), table, indices, location());
    }

    private Op scatterAdd(Token result) {
        Value updates = operand();
        Value indices = indices();
        return new Op.ScatterAdd(scope.define(result, resultType()), updates, indices, location());
    }

    private Op random(Token result) {
        Value seed = operand();
        tokens.expectWord("stream");
        long stream = tokens.signedInteger();
        var cuts = new MeshParser(tokens).cuts();
        return new Op.Random(scope.define(result, resultType()), seed, stream, cuts, location());
    }

    private Op collective(Token result, Token kind) {
        Value operand = operand();
        var transfer = new MeshParser(tokens).transfer(kind);
        return new Op.Collective(scope.define(result, resultType()), transfer, operand, location());
    }

    private Value indices() {
        tokens.expect("[");
        Value indices = operand();
        tokens.expect("]");
        return indices;
    }

    private ImmutableList<Value> define(ImmutableList<Token> results) {
        if (results.isEmpty()) {
            return ImmutableList.of();
        }
        Token arrow = tokens.expect("->");
        List<TensorType> resultTypes = tokens.sequence(types::type);
        if (resultTypes.size() != results.size()) {
            throw Tokens.refuse(TextCode.EXPECTED, arrow.span(), results.size() + " results have " + resultTypes.size()
                    + " types");
        }
        return IntStream.range(0, results.size()).mapToObj(i -> scope.define(results.get(i), resultTypes.get(i)))
                .collect(ImmutableList.toImmutableList());
    }

    private TensorType resultType() {
        tokens.expect("->");
        return types.type();
    }

    private ImmutableList<Value> operands() {
        return tokens.list("(", this::operand, ")");
    }

    private Value operand() {
        return scope.use(name());
    }

    private Token name() {
        return tokens.expect(Kind.VALUE, "a value");
    }

    private String global() {
        return tokens.expect(Kind.GLOBAL, "the name of a function").text();
    }

    private Location location() {
        if (tokens.peek().kind() != Kind.AT) {
            return Location.UNKNOWN;
        }
        tokens.next();
        var file = tokens.expect(Kind.STRING, "a file").text();
        tokens.expect(":");
        int line = tokens.smallInteger();
        tokens.expect(":");
        return new Location(file, line, tokens.smallInteger());
    }
}
