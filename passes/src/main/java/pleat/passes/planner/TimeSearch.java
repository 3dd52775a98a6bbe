package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The fastest plan within the budget. Windows of the largest transient are split where it pays most: the window with the least bound is
 * next, and it is split at the transients that its best plans really have.
 */
final class TimeSearch {
    private static final long BAND_WORK = 1_000_000;
    private static final long LAST_BAND_WORK = 10_000_000;

    /** Columns for exchanges: enough of them to use up the last bytes. */
    private static final long EXCHANGE_WORK = 1_000_000;

    /** A window is also cut in the middle if it is wider than this part of the capacity. */
    static final int WIDE = 256;

    private final ChainSearch chain;
    private final SearchOptions options;
    private final PriorityQueue<Node> open = new PriorityQueue<>(
            Comparator.comparingLong(Node::bound).thenComparingLong(node -> node.window().fromBytes()));
    private final List<Node> done = new ArrayList<>();
    private final long limit;
    private Draft best;

    /**
     * @param optimal whether nothing is left that could be faster
     * @param lowerBound that the windows prove
     * @param nodes windows that cover all spans, in ascending order
     */
    record Outcome(Draft best, boolean optimal, long lowerBound, List<Node> nodes) {}

    private TimeSearch(ChainSearch chain, SearchOptions options, Draft known, long limit) {
        this.chain = chain;
        this.options = options;
        this.best = known;
        this.limit = limit;
    }

    /**
     * @param known within the capacity
     * @param spans all sizes that the largest transient can have
     * @param limit slower plans are of no interest
     */
    static Outcome run(ChainSearch chain, SearchOptions options, Draft known, List<BytesSearch.Span> spans, long limit) {
        return new TimeSearch(chain, options, known, limit).run(spans);
    }

    private Outcome run(List<BytesSearch.Span> spans) {
        int samples = chain.samples() + options.samples();
        spans.forEach(span -> add(span.from(), span.to(), span.watched(), Optional.empty()));
        while (!open.isEmpty() && open.peek().bound() < enough() && chain.samples() < samples && !isGoalDecided()) {
            var node = open.poll();
            improve(node);
            if (node.bound() >= enough()) {
                open.add(node);
            } else if (!closes(node, BAND_WORK)) {
                split(node);
            }
        }
        done.addAll(open);
        done.sort(Comparator.comparingLong(node -> node.window().fromBytes()));
        boolean optimal = done.stream().allMatch(node -> node.exhausted() || node.bound() >= best.timePicos());
        return new Outcome(best, optimal, Math.min(best.timePicos(), done.stream().mapToLong(Node::bound).min().orElseThrow()), done);
    }

    /** Whether a plan is fast enough, or none can be. */
    private boolean isGoalDecided() {
        return options.goalPicos().isPresent() && (best.timePicos() <= goal() || open.peek().bound() > goal());
    }

    private long goal() {
        return options.goalPicos().orElseThrow() - chain.problem.fixedTimePicos();
    }

    /** A window with this bound cannot bring an improvement that is wanted. */
    private long enough() {
        long wanted = Math.min(best.timePicos(), limit);
        return wanted - (long) (options.gap() * wanted);
    }

    private void add(long from, long to, List<List<Integer>> watched, Optional<Weights> hint) {
        var node = PriceSearch.bound(chain, from, to, watched, hint, enough());
        if (node.bound() == Certificate.NOTHING_FITS) {
            done.add(node);
        } else {
            node.all().forEach(sample -> consider(sample.draft()));
            open.add(node);
        }
    }

    private void consider(Draft draft) {
        if (draft.bytes() <= chain.capacity && draft.isBetterThan(best)) {
            best = draft;
        }
    }

    private void improve(Node node) {
        var blocks = node.best().blocks();
        var mixed = Mixing.of(chain, blocks, node.many().draft(), node.few().draft());
        mixed.ifPresent(this::consider);
        if (node.bound() >= enough()) {
            return;
        }
        for (var draft : List.of(mixed.orElse(best), best)) {
            consider(new Exchange(chain, columns(node, draft)).improve(draft));
        }
    }

    private Map<Exchange.Edge, List<Column>> columns(Node node, Draft draft) {
        var columns = new LinkedHashMap<Exchange.Edge, List<Column>>();
        long slack = Math.multiplyExact(Math.max(1, node.best().weights().time()), Math.max(1, draft.timePicos() - node.bound()));
        for (var piece : draft.pieces()) {
            columns.computeIfAbsent(Exchange.edge(chain.problem, piece), edge -> cheapest(node, edge, slack, draft.peakBytes()));
        }
        // What was the cheapest at another price is often what a few copies need.
        for (var sample : node.all()) {
            for (var piece : sample.draft().pieces()) {
                columns.computeIfPresent(Exchange.edge(chain.problem, piece), (_, list) -> with(list, piece.column()));
            }
        }
        return columns;
    }

    /** Little slack first: a walk that has to be given up would otherwise have seen one corner of what it was to see. */
    private static List<Column> cheapest(Node node, Exchange.Edge edge, long slack, long capBytes) {
        var search = node.best().blocks().get(edge.block());
        List<Column> columns = List.of();
        boolean complete = true;
        long work = EXCHANGE_WORK;
        for (int shift = 10; shift >= 0 && complete; shift -= 2) {
            var found = ColumnBand.of(search, edge.in(), edge.out(), slack >> shift, capBytes, work);
            for (var column : found.columns()) {
                columns = with(columns, column);
            }
            complete = found.complete();
            work -= found.work();
        }
        return columns;
    }

    private static List<Column> with(List<Column> columns, Column column) {
        if (columns.stream().anyMatch(other -> other.isNoWorseThan(column))) {
            return columns;
        }
        var kept = new ArrayList<>(columns);
        kept.removeIf(column::isNoWorseThan);
        kept.add(column);
        return kept;
    }

    private boolean closes(Node node, long work) {
        var result = BandClosing.close(chain, node, best.timePicos(), work);
        result.draft().ifPresent(this::consider);
        if (result.complete()) {
            done.add(node.withNothingLeft());
        }
        return result.complete();
    }

    /** The transients of a window from which on its own price is proof enough, or more than its largest. */
    private long enoughFrom(Node node) {
        var weights = node.best().weights();
        double missing = (enough() - node.bound()) * (double) weights.time() / weights.bytes();
        return weights.time() == 0 || weights.bytes() == 0 || missing > node.window().toBytes() ? Long.MAX_VALUE
                : node.window().fromBytes() + (long) missing + 2;
    }

    private void split(Node node) {
        long from = node.window().fromBytes();
        long to = node.window().toBytes();
        long cut = enoughFrom(node);
        if (cut <= to) {
            done.add(node.from(cut, chain.capacity));
            add(from, cut - 1, node.window().watched(), Optional.of(node.best().weights()));
            return;
        }
        long peak = Math.max(node.many().draft().peakBytes(), node.few().draft().peakBytes());
        boolean hidden = peak > to && to - from > chain.capacity / WIDE;
        if (hidden) {
            // An instant that is not watched passes the cap. Below half of the cap and above it, the bounds are better all the same.
            peak = from + (to - from) / 2 + 1;
        }
        if (peak <= from || peak > to) {
            if (!closes(node, LAST_BAND_WORK)) {
                done.add(node);
            }
            return;
        }
        var hint = node.best().weights().time() > 0 && node.best().weights().bytes() > 0
                ? Optional.of(node.best().weights()) : Optional.<Weights>empty();
        var watched = node.window().watched();
        long middle = !hidden && peak - from > chain.capacity / WIDE ? from + (peak - from) / 2 : from;
        // What fits is rather found where transients may be large, and what is found makes the other windows less work.
        add(peak, to, watched, hint);
        add(middle, peak - 1, watched, hint);
        if (middle > from) {
            add(from, middle - 1, watched, hint);
        }
    }
}
