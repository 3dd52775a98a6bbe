package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import pleat.frontend.syntax.PleatParser.AddStatementContext;
import pleat.frontend.syntax.PleatParser.AssignStatementContext;
import pleat.frontend.syntax.PleatParser.BlockContext;
import pleat.frontend.syntax.PleatParser.ChoiceContext;
import pleat.frontend.syntax.PleatParser.ChooseStatementContext;
import pleat.frontend.syntax.PleatParser.FileContext;
import pleat.frontend.syntax.PleatParser.GivenSettingContext;
import pleat.frontend.syntax.PleatParser.GivenWidthContext;
import pleat.frontend.syntax.PleatParser.ImportItemContext;
import pleat.frontend.syntax.PleatParser.IncludeStatementContext;
import pleat.frontend.syntax.PleatParser.InstanceArgumentContext;
import pleat.frontend.syntax.PleatParser.InstanceContext;
import pleat.frontend.syntax.PleatParser.ItemContext;
import pleat.frontend.syntax.PleatParser.LetStatementContext;
import pleat.frontend.syntax.PleatParser.LoopStatementContext;
import pleat.frontend.syntax.PleatParser.ModuleItemContext;
import pleat.frontend.syntax.PleatParser.NamesContext;
import pleat.frontend.syntax.PleatParser.OutputsContext;
import pleat.frontend.syntax.PleatParser.ParamStatementContext;
import pleat.frontend.syntax.PleatParser.PassOnContext;
import pleat.frontend.syntax.PleatParser.RepeatStatementContext;
import pleat.frontend.syntax.PleatParser.ReturnStatementContext;
import pleat.frontend.syntax.PleatParser.ScalarItemContext;
import pleat.frontend.syntax.PleatParser.SettingContext;
import pleat.frontend.syntax.PleatParser.SizeContext;
import pleat.frontend.syntax.PleatParser.StatementContext;
import pleat.frontend.syntax.PleatParser.TargetAxisContext;
import pleat.frontend.syntax.PleatParser.TargetContext;
import pleat.frontend.syntax.PleatParser.TypeContext;
import pleat.frontend.syntax.PleatParser.UseStatementContext;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;

/** Makes the syntax tree of a text that the parser accepted; items, types and statements. */
final class TreeBuilder {
    private final Source source;
    private final Spans spans;
    private final ExpressionBuilder expressions;

    TreeBuilder(Source source, Diagnostics diagnostics) {
        this.source = source;
        this.spans = new Spans(source);
        this.expressions = new ExpressionBuilder(spans, diagnostics);
    }

    /** Whether an error was reported, so that the tree is not to be used. */
    boolean failed() {
        return expressions.failed();
    }

    SourceFile file(FileContext context) {
        return new SourceFile(source, context.item().stream().map(this::item).collect(ImmutableList.toImmutableList()));
    }

    private Item item(ItemContext context) {
        return switch (context) {
            case ImportItemContext item -> new Item.Import(name(item.NAME().getSymbol()));
            case ScalarItemContext item -> {
                var names = item.NAME().stream().map(node -> name(node.getSymbol())).collect(ImmutableList.toImmutableList());
                yield new Item.ScalarFunction(names.getFirst(), names.subList(1, names.size()),
                        expressions.expression(item.expression()));
            }
            case ModuleItemContext item -> module(item);
            default -> throw new IllegalStateException("item " + context.getClass());
        };
    }

    private Item module(ModuleItemContext item) {
        var kind = item.keyword.getType() == PleatLexer.FN ? Item.Kind.FUNCTION : Item.Kind.MODULE;
        var inputs = item.input().stream().map(input -> new Item.Input(name(input.NAME().getSymbol()), type(input.type()),
                expressions.optional(input.expression())));
        var signature = new Item.Signature(inputs.collect(ImmutableList.toImmutableList()), outputs(item.outputs()),
                item.setting().stream().map(this::setting).collect(ImmutableList.toImmutableList()));
        return new Item.Module(kind, name(item.NAME().getSymbol()), signature, block(item.block()));
    }

    private ImmutableList<Item.Output> outputs(OutputsContext context) {
        if (context.type() != null) {
            return ImmutableList.of(new Item.Output(Optional.empty(), type(context.type()), Optional.empty()));
        }
        return context.output().stream().map(output -> new Item.Output(Optional.of(name(output.NAME().getSymbol())),
                type(output.type()), expressions.optional(output.expression())))
                .collect(ImmutableList.toImmutableList());
    }

    private Item.Setting setting(SettingContext context) {
        var range = context.low == null ? Optional.<Item.Range>empty()
                : Optional.of(new Item.Range(expressions.expression(context.low), expressions.expression(context.high),
                        expressions.optional(context.multiple)));
        return new Item.Setting(name(context.NAME().getSymbol()), range, expressions.optional(context.value));
    }

    private TypeSyntax type(TypeContext context) {
        var element = Optional.ofNullable(context.NAME()).map(node -> name(node.getSymbol()));
        return new TypeSyntax(element, context.size().stream().map(this::size).collect(ImmutableList.toImmutableList()),
                spans.of(context));
    }

    private TypeSyntax.Size size(SizeContext context) {
        return context.expression() == null
                ? new TypeSyntax.Rest(restName(context.NAME() == null ? null : context.NAME().getSymbol()), spans.of(context))
                : new TypeSyntax.Extent(expressions.expression(context.expression()));
    }

    private static String restName(Token name) {
        return name == null ? "" : name.getText();
    }

    private Block block(BlockContext context) {
        return new Block(context.statement().stream().map(this::statement).collect(ImmutableList.toImmutableList()),
                spans.of(context));
    }

    private Statement statement(StatementContext context) {
        var span = spans.of(context);
        return switch (context) {
            case UseStatementContext use -> new Statement.Use(names(use.NAME()), instance(use.instance()), span);
            case IncludeStatementContext include -> new Statement.Include(name(include.NAME().getSymbol()),
                    instance(include.instance()), span);
            case RepeatStatementContext repeat -> new Statement.Repeat(expressions.expression(repeat.expression()),
                    name(repeat.NAME().getSymbol()), instance(repeat.instance()), span);
            case ParamStatementContext param -> new Statement.Param(name(param.NAME().getSymbol()), type(param.type()), span);
            case LetStatementContext let -> new Statement.Let(name(let.NAME().getSymbol()),
                    expressions.expression(let.expression()), span);
            case ChooseStatementContext choose -> choice(choose.choice());
            case LoopStatementContext loop -> loop(loop);
            case ReturnStatementContext back -> new Statement.Return(expressions.all(back.expression()), span);
            case AssignStatementContext assign -> new Statement.Assign(assign.target().stream().map(this::target)
                    .collect(ImmutableList.toImmutableList()), false, expressions.expression(assign.expression()), span);
            case AddStatementContext add -> new Statement.Assign(ImmutableList.of(target(add.target())), true,
                    expressions.expression(add.expression()), span);
            default -> throw new IllegalStateException("statement " + context.getClass());
        };
    }

    private Statement choice(ChoiceContext context) {
        var otherwise = context.choice() != null
                ? Optional.of(new Block(ImmutableList.of(choice(context.choice())), spans.of(context.choice())))
                : context.block().size() > 1 ? Optional.of(block(context.block(1))) : Optional.<Block>empty();
        return new Statement.Choose(expressions.expression(context.expression()), block(context.block(0)), otherwise,
                spans.of(context));
    }

    private Statement loop(LoopStatementContext context) {
        var header = new Statement.LoopHeader(name(context.NAME().getSymbol()), expressions.expression(context.expression()),
                names(context.carried), names(context.over), new Statement.LoopResults(names(context.kept), names(context.collected)));
        return new Statement.Loop(header, block(context.block()), spans.of(context));
    }

    private Statement.Target target(TargetContext context) {
        var axes = context.LBRACKET() == null ? Optional.<ImmutableList<Statement.TargetAxis>>empty()
                : Optional.of(context.targetAxis().stream().map(this::targetAxis).collect(ImmutableList.toImmutableList()));
        return new Statement.Target(name(context.NAME().getSymbol()), axes, spans.of(context));
    }

    private Statement.TargetAxis targetAxis(TargetAxisContext context) {
        if (context.DOTS() != null) {
            return new Statement.RestAxes(restName(context.NAME() == null ? null : context.NAME().getSymbol()),
                    spans.of(context));
        }
        return new Statement.IndexedAxis(expressions.expression(context.expression(0)),
                expressions.optional(context.expression(1)));
    }

    private Statement.InstanceSyntax instance(InstanceContext context) {
        return new Statement.InstanceSyntax(name(context.NAME().getSymbol()),
                context.instanceArgument().stream().map(this::argument)
                .collect(ImmutableList.toImmutableList()), spans.of(context));
    }

    private Statement.InstanceArgument argument(InstanceArgumentContext context) {
        return switch (context) {
            case PassOnContext passOn -> new Statement.PassOn(Optional.ofNullable(passOn.NAME()).map(node -> name(node.getSymbol())), spans.of(passOn));
            case GivenSettingContext given -> new Statement.Given(name(given.NAME().getSymbol()),
                    expressions.expression(given.expression()));
            case GivenWidthContext width -> new Statement.Width(expressions.expression(width.expression(0)),
                    expressions.optional(width.expression(1)));
            default -> throw new IllegalStateException("argument " + context.getClass());
        };
    }

    private ImmutableList<Name> names(NamesContext context) {
        return context == null ? ImmutableList.of() : names(context.NAME());
    }

    private ImmutableList<Name> names(List<? extends TerminalNode> nodes) {
        return nodes.stream().map(node -> name(node.getSymbol())).collect(ImmutableList.toImmutableList());
    }

    private Name name(Token token) {
        return new Name(token.getText(), spans.of(token));
    }
}
