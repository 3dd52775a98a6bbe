package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Looks at every plan of a window that can be faster than the fastest one known: a weighted cost that is above what such a plan may
 * have, with the least cost of the copies that are still to come, ends a branch. Only for chains of few copies.
 */
final class BandClosing {
    private static final long MOST_COPIES = 64;

    /** @param complete whether every such plan was looked at, so that the draft is the fastest in the window */
    record Result(Optional<Draft> draft, boolean complete) {}

    /** The copies up to some boundary, by the last of them; there is none before the first copy. */
    private record Label(long time, long saved, long peak, Optional<Last> last) {
        boolean isNoWorseThan(Label other) {
            return time <= other.time && saved <= other.saved && peak <= other.peak;
        }
    }

    private record Last(Column column, Label before) {}

    private final ChainSearch chain;
    private final Node node;
    private final int[] links;
    private final long[][] costsBefore;
    private final long[][] costsBehind;
    private final long limit;
    private long work;

    private BandClosing(ChainSearch chain, Node node, long timeLimit, long work) {
        this.chain = chain;
        this.node = node;
        this.work = work;
        var weights = node.best().weights();
        this.limit = weights.of(timeLimit, Math.min(chain.mostSaved(), chain.capacity - node.window().fromBytes()));
        this.links = IntStream.range(0, chain.problem.chain().size())
                .flatMap(link -> IntStream.range(0, (int) chain.problem.chain().get(link).count()).map(_ -> link)).toArray();
        this.costsBefore = new long[links.length + 1][];
        this.costsBehind = new long[links.length + 1][];
        fillCosts();
    }

    /** @param timeLimit slower plans, or equally slow ones, are of no interest */
    static Result close(ChainSearch chain, Node node, long timeLimit, long work) {
        long copies = chain.problem.chain().stream().mapToLong(Link::count).sum();
        if (copies > MOST_COPIES || node.best().isEmpty()) {
            return new Result(Optional.empty(), node.best().isEmpty());
        }
        return new BandClosing(chain, node, Math.min(timeLimit - 1, chain.mostTime()), work).run();
    }

    private long[][] matrix(int copy) {
        return search(copy).matrix;
    }

    private BlockSearch search(int copy) {
        return node.best().blocks().get(chain.problem.chain().get(links[copy]).block());
    }

    private void fillCosts() {
        costsBefore[0] = new long[]{0};
        for (int copy = 0; copy < links.length; copy++) {
            long[][] matrix = matrix(copy);
            costsBefore[copy + 1] = new long[matrix[0].length];
            Arrays.fill(costsBefore[copy + 1], Bucket.INFINITE);
            for (int in = 0; in < matrix.length; in++) {
                for (int out = 0; out < matrix[in].length; out++) {
                    costsBefore[copy + 1][out] = Math.min(costsBefore[copy + 1][out], costsBefore[copy][in] + matrix[in][out]);
                }
            }
        }
        costsBehind[links.length] = new long[]{0};
        for (int copy = links.length - 1; copy >= 0; copy--) {
            long[][] matrix = matrix(copy);
            costsBehind[copy] = new long[matrix.length];
            Arrays.fill(costsBehind[copy], Bucket.INFINITE);
            for (int in = 0; in < matrix.length; in++) {
                for (int out = 0; out < matrix[in].length; out++) {
                    costsBehind[copy][in] = Math.min(costsBehind[copy][in], costsBehind[copy + 1][out] + matrix[in][out]);
                }
            }
        }
    }

    private Result run() {
        if (limit >= Bucket.INFINITE) {
            return new Result(Optional.empty(), false);
        }
        var edges = edges();
        List<List<Label>> labels = List.of(List.of(new Label(0, 0, node.window().fromBytes(), Optional.empty())));
        for (int copy = 0; copy < links.length && work >= 0; copy++) {
            labels = behind(copy, labels, edges.get(links[copy]));
        }
        if (work < 0) {
            return new Result(Optional.empty(), false);
        }
        return new Result(labels.getFirst().stream().min(Comparator.comparingLong(Label::time)).map(this::draft), true);
    }

    /** By link and boundary choices: the columns that a plan of interest can have there. */
    private List<Map<List<Integer>, List<Column>>> edges() {
        long[][][] slack = new long[chain.problem.chain().size()][][];
        for (int copy = 0; copy < links.length; copy++) {
            long[][] matrix = matrix(copy);
            if (slack[links[copy]] == null) {
                slack[links[copy]] = new long[matrix.length][matrix[0].length];
                Arrays.stream(slack[links[copy]]).forEach(row -> Arrays.fill(row, -1));
            }
            for (int in = 0; in < matrix.length; in++) {
                for (int out = 0; out < matrix[in].length; out++) {
                    long cost = costsBefore[copy][in] + matrix[in][out] + costsBehind[copy + 1][out];
                    slack[links[copy]][in][out] = Math.max(slack[links[copy]][in][out], limit - cost);
                }
            }
        }
        var edges = new ArrayList<Map<List<Integer>, List<Column>>>();
        for (int link = 0; link < slack.length; link++) {
            var columns = new LinkedHashMap<List<Integer>, List<Column>>();
            var search = node.best().blocks().get(chain.problem.chain().get(link).block());
            for (int in = 0; in < slack[link].length; in++) {
                for (int out = 0; out < slack[link][in].length; out++) {
                    if (slack[link][in][out] >= 0 && work >= 0) {
                        var found = ColumnBand.of(search, in, out, slack[link][in][out], node.window().toBytes(), work);
                        work = found.complete() ? work - found.work() : -1;
                        columns.put(List.of(in, out), found.columns());
                    }
                }
            }
            edges.add(columns);
        }
        return edges;
    }

    private List<List<Label>> behind(int copy, List<List<Label>> labels, Map<List<Integer>, List<Column>> edges) {
        var behind = new ArrayList<List<Label>>();
        for (int out = 0; out < costsBehind[copy + 1].length; out++) {
            behind.add(new ArrayList<>());
        }
        edges.forEach((edge, columns) -> {
            for (var label : labels.get(edge.get(0))) {
                for (var column : columns) {
                    add(behind.get(edge.get(1)), costsBehind[copy + 1][edge.get(1)], label, column);
                }
            }
        });
        return behind;
    }

    private void add(List<Label> list, long costBehind, Label before, Column column) {
        var label = new Label(before.time + column.timePicos(), before.saved + column.savedBytes(),
                Math.max(before.peak, column.peakBytes()), Optional.of(new Last(column, before)));
        boolean interesting = label.saved + label.peak <= chain.capacity
                && node.best().weights().of(label.time, label.saved) + costBehind <= limit;
        work--;
        if (work < 0 || !interesting) {
            return;
        }
        work -= list.size();
        if (list.stream().noneMatch(other -> other.isNoWorseThan(label))) {
            list.removeIf(label::isNoWorseThan);
            list.add(label);
        }
    }

    private Draft draft(Label end) {
        var pieces = new ArrayList<Draft.Piece>();
        var label = end;
        for (int copy = links.length - 1; copy >= 0; copy--) {
            var last = label.last().orElseThrow();
            pieces.addFirst(new Draft.Piece(links[copy], last.column(), 1));
            label = last.before();
        }
        return Draft.of(pieces);
    }
}
