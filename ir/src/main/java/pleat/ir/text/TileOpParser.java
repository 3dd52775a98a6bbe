package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.text.ScalarParser.Operand;
import pleat.ir.text.Token.Kind;

/** The steps of a tile program. */
final class TileOpParser {
    private static final int MAX_NESTING = 100;
    private static final Map<String, Reduction> REDUCTIONS = Map.of("none", Reduction.NONE, "sum", Reduction.SUM, "max", Reduction.MAX, "min",
            Reduction.MIN);

    /** A tile as it is written where it is defined. */
    private record Written(Token name, ImmutableList<Integer> axes) {}

    private record Start(Written entry, Tile init) {}

    private final Tokens tokens;
    private final Map<String, Integer> buffers;
    private final AxisScope axes;
    private final TileScope tiles;
    private final Spans spans;
    private int nesting;

    /** @param buffers position of each parameter */
    TileOpParser(Tokens tokens, Map<String, Integer> buffers, AxisScope axes, Spans spans) {
        this.tokens = tokens;
        this.buffers = buffers;
        this.axes = axes;
        this.tiles = new TileScope(axes);
        this.spans = spans;
    }

    /** <code>{ ... }</code>. */
    ImmutableList<TileOp> block() {
        Token open = tokens.expect("{");
        if (++nesting > MAX_NESTING) {
            throw Tokens.refuse(TextCode.TOO_DEEP, open.span(), "loops are nested more than " + MAX_NESTING + " deep");
        }
        var ops = ImmutableList.<TileOp>builder();
        while (!tokens.accept("}")) {
            int start = tokens.position();
            TileOp op = op();
            spans.put(op, tokens.spanFrom(start));
            ops.add(op);
        }
        nesting--;
        return ops.build();
    }

    private TileOp op() {
        if (tokens.acceptWord("store")) {
            return store();
        }
        ImmutableList<Written> results = tokens.peek().kind() == Kind.VALUE ? tokens.sequence(this::written) : ImmutableList.of();
        if (!results.isEmpty()) {
            tokens.expect("=");
        }
        if (tokens.acceptWord("loop")) {
            return loop(results);
        }
        if (results.isEmpty()) {
            throw tokens.expected("a tile, `loop` or `store`");
        }
        if (results.size() > 1) {
            throw Tokens.refuse(TextCode.EXPECTED, results.get(1).name().span(), "only `loop` has more than one result");
        }
        Written result = results.getFirst();
        if (tokens.acceptWord("load")) {
            int buffer = buffer();
            Access access = access();
            return new TileOp.Load(define(result), buffer, access);
        }
        if (tokens.acceptWord("random")) {
            return random(result);
        }
        return tokens.acceptWord("gather") ? gather(result) : tokens.acceptWord("scatter_add") ? scatter(result) : compute(result);
    }

    private TileOp store() {
        int buffer = buffer();
        Access access = access();
        tokens.expect("=");
        return new TileOp.Store(buffer, access, use());
    }

    private TileOp gather(Written result) {
        int buffer = buffer();
        boolean guarded = tokens.accept("?");
        tokens.expect("[");
        Tile index = use();
        return new TileOp.Gather(define(result), buffer, index, new Access(rest(), guarded));
    }

    private TileOp scatter(Written result) {
        int updates = buffer();
        tokens.expect("[");
        int index = buffer();
        return new TileOp.Scatter(define(result), updates, index, Access.of(rest()));
    }

    /** Subscripts behind the first one, and the end of the access. */
    private ImmutableList<Index> rest() {
        var rest = ImmutableList.<Index>builder();
        while (tokens.accept(",")) {
            rest.add(axes.index());
        }
        tokens.expect("]");
        return rest.build();
    }

    private TileOp random(Written result) {
        int seed = buffer();
        tokens.expectWord("stream");
        long stream = tokens.signedInteger();
        tokens.expectWord("at");
        return new TileOp.Random(define(result), seed, stream, axes.index());
    }

    private TileOp compute(Written result) {
        Token word = tokens.peek();
        boolean reduces = word.kind() == Kind.WORD && REDUCTIONS.containsKey(word.text()) && tokens.peek(1).is(Kind.SYMBOL, "[");
        Reduction reduction = reduces ? REDUCTIONS.get(tokens.next().text()) : Reduction.NONE;
        ImmutableList<Integer> reduced = reduces ? tileAxes() : ImmutableList.of();
        var scalars = new ScalarParser(tokens, axes);
        Scalar body = scalars.parse();
        var operands = ImmutableList.<Tile>builder();
        scalars.reads().forEach((operand, name) -> operands.add(operand(operand, name)));
        Optional<Tile> init = tokens.acceptWord("init") ? Optional.of(use()) : Optional.empty();
        var op = new TileOp.Compute(define(result), operands.build(), reduction, body, init);
        Set<Integer> actual = reduced(op);
        if (actual.size() != reduced.size() || !actual.containsAll(reduced)) {
            throw Tokens.refuse(TextCode.EXPECTED, word.span(), "what is reduced here are the axes " + tiles.text(actual));
        }
        return op;
    }

    private static Set<Integer> reduced(TileOp.Compute op) {
        var reduced = new LinkedHashSet<Integer>();
        op.operands().forEach(operand -> reduced.addAll(operand.axes()));
        reduced.removeAll(op.result().axes());
        return reduced;
    }

    private Tile operand(Operand operand, Token name) {
        var written = ImmutableList.<Integer>builder();
        boolean isBare = !operand.access().guarded();
        for (Index subscript : operand.access().subscripts()) {
            var axis = subscript.bareAxis();
            isBare &= axis.isPresent();
            axis.ifPresent(written::add);
        }
        if (!isBare) {
            throw Tokens.refuse(TextCode.EXPECTED, name.span(), "tile `%" + name.text() + "` is read at its own axes and nowhere else");
        }
        return tiles.use(name, written.build());
    }

    private TileOp loop(ImmutableList<Written> results) {
        int axis = axes.mention();
        Token carried = tokens.expectWord("carried");
        ImmutableList<Start> starts = tokens.list("(", this::start, ")");
        List<Tile> resultTiles = results.stream().map(this::define).toList();
        List<Tile> entries = starts.stream().map(start -> define(start.entry())).toList();
        ImmutableList<TileOp> body = block();
        tokens.expectWord("next");
        ImmutableList<Tile> next = tokens.list("(", this::use, ")");
        if (results.size() != starts.size() || next.size() != starts.size()) {
            throw Tokens.refuse(TextCode.EXPECTED, carried.span(), "the loop carries " + starts.size() + " tiles, hands on " + next.size()
                    + " and has " + results.size() + " results");
        }
        var carries = IntStream.range(0, starts.size())
                .mapToObj(c -> new TileOp.Carry(starts.get(c).init(), entries.get(c), next.get(c), resultTiles.get(c)))
                .collect(ImmutableList.toImmutableList());
        return new TileOp.Loop(axis, carries, body);
    }

    private Start start() {
        Written entry = written();
        tokens.expect("=");
        return new Start(entry, use());
    }

    private Written written() {
        Token name = tokens.expect(Kind.VALUE, "a tile");
        ImmutableList<Integer> tileAxes = tileAxes();
        if (Set.copyOf(tileAxes).size() < tileAxes.size()) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "tile `%" + name.text() + "` has an axis twice");
        }
        return new Written(name, tileAxes);
    }

    private Tile define(Written written) {
        return tiles.define(written.name(), written.axes());
    }

    private Tile use() {
        Token name = tokens.expect(Kind.VALUE, "a tile");
        return tiles.use(name, tileAxes());
    }

    private ImmutableList<Integer> tileAxes() {
        return tokens.list("[", axes::mention, "]");
    }

    private int buffer() {
        Token name = tokens.expect(Kind.VALUE, "a parameter of the kernel");
        Integer position = buffers.get(name.text());
        if (position == null) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "the kernel has no parameter `%" + name.text() + "`");
        }
        return position;
    }

    private Access access() {
        boolean guarded = tokens.accept("?");
        return new Access(tokens.list("[", axes::index, "]"), guarded);
    }
}
