package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import pleat.ir.diagnostic.Source;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.text.ScalarParser.Operand;
import pleat.ir.text.Token.Kind;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;

/** {@code [sum(k: 8)] body -> f32[i: 4, 2*j: 10] [over(j: 5)]}. */
final class FormulaParser {
    private static final Map<String, Reduction> REDUCTIONS = Map.of("none", Reduction.NONE, "sum", Reduction.SUM,
            "max", Reduction.MAX, "min", Reduction.MIN);

    /** A formula and where the operand of each of its reads is named first. */
    record Parsed(Formula formula, ImmutableList<Token> operands) {}

    /** One dim of the result. */
    private record ResultDim(Index index, Dim extent) {}

    private final Tokens tokens;
    private final TypeParser types;
    private final AxisScope axes;

    private FormulaParser(Tokens tokens, TypeParser types) {
        this.tokens = tokens;
        this.types = types;
        this.axes = new AxisScope(tokens);
    }

    static Formula parseAll(Source source) {
        var tokens = new Tokens(source);
        var types = new TypeParser(tokens);
        // The symbols stand last and are needed first.
        while (tokens.peek().kind() != Kind.END && !(tokens.seesWord("where") && tokens.peek(2).is(Kind.WORD, "in"))) {
            tokens.next();
        }
        int where = tokens.position();
        types.where();
        int end = tokens.position();
        tokens.reset(0);
        Formula formula = parse(tokens, types).formula();
        if (tokens.position() == where) {
            tokens.reset(end);
        }
        tokens.expect(Kind.END, "the end of the formula");
        return formula;
    }

    static Parsed parse(Tokens tokens, TypeParser types) {
        return new FormulaParser(tokens, types).formula();
    }

    private Parsed formula() {
        boolean reduces = seesReduction();
        Reduction reduction = reduces ? REDUCTIONS.get(tokens.next().text()) : Reduction.NONE;
        ImmutableList<Integer> reduced = reduces ? declared() : ImmutableList.of();
        var scalars = new ScalarParser(tokens, axes);
        Scalar body = scalars.parse();
        tokens.expect("->");
        DType dtype = types.dtype();
        axes.startResult();
        ImmutableList<ResultDim> result = tokens.list("[", this::resultDim, "]");
        ImmutableList<Integer> over = tokens.acceptWord("over") ? declared() : ImmutableList.of();
        result.forEach(dim -> axes.declareBare(dim.index(), dim.extent()));
        AxisScope.Resolved resolved = axes.resolve(reduced, over);
        Equation equation = equation(resolved, reduction, result, List.copyOf(scalars.reads().keySet()), body);
        var operands = scalars.reads().keySet().stream().map(Operand::name).collect(ImmutableList.toImmutableList());
        return new Parsed(new Formula(equation, operands, dtype), ImmutableList.copyOf(scalars.reads().values()));
    }

    /** {@code max(k: 8)} and {@code max()} reduce, {@code max(%a[i], 0)} does not. */
    private boolean seesReduction() {
        boolean isWord = tokens.peek().kind() == Kind.WORD && REDUCTIONS.containsKey(tokens.peek().text());
        boolean isEmpty = tokens.peek(2).is(Kind.SYMBOL, ")");
        boolean isDeclaration = tokens.peek(2).kind() == Kind.WORD && tokens.peek(3).is(Kind.SYMBOL, ":");
        return isWord && tokens.peek(1).is(Kind.SYMBOL, "(") && (isEmpty || isDeclaration);
    }

    private ImmutableList<Integer> declared() {
        return tokens.list("(", () -> axes.declare(types), ")");
    }

    private ResultDim resultDim() {
        Index index = axes.index();
        tokens.expect(":");
        return new ResultDim(index, types.dim());
    }

    private static Equation equation(AxisScope.Resolved resolved, Reduction reduction, List<ResultDim> result,
            List<Operand> reads,
            Scalar body) {
        int[] position = resolved.position();
        IntFunction<Index> renumber = axis -> Index.axis(position[axis]);
        var accesses = reads.stream().map(read -> read.access().substitute(renumber)).collect(ImmutableList.toImmutableList());
        var write = Access.of(result.stream().map(dim -> dim.index().substitute(renumber)).toList());
        var dims = result.stream().map(ResultDim::extent).collect(ImmutableList.toImmutableList());
        Scalar renumbered = body.rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> new Scalar.Position(position[axis]);
            case Scalar.Extent(int axis) -> new Scalar.Extent(position[axis]);
            case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        return new Equation(resolved.axes(), accesses, new Equation.Target(write, dims), reduction, renumbered);
    }
}
