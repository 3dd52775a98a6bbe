package pleat.passes.assign;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;
import pleat.passes.assign.IopddlText.Place;

/** Reads a problem in the format of github.com/google/iopddl, plain or compressed, and says on which line it is wrong. */
public final class IopddlReader {
    private final IopddlText text;
    /** Tables repeat: of a hundred million entries a few are different. */
    private final Map<ImmutableLongArray, ImmutableLongArray> tables = new HashMap<>();

    private String name = "";
    private OptionalLong limit = OptionalLong.empty();
    private List<Placed> intervals;
    private List<Placed> costs;
    private List<Placed> usages;
    private List<Placed> ends;
    private List<Placed> edgeCosts;

    /** Numbers between brackets. */
    private record Placed(Place at, ImmutableLongArray numbers) {}

    private IopddlReader(IopddlText text) {
        this.text = text;
    }

    public static AssignmentProblem read(Path file) {
        try (var text = new IopddlText(file.toString(), open(file))) {
            return new IopddlReader(text).problem();
        } catch (IOException failure) {
            throw new UserException("`" + file + "` cannot be read: " + FileFailure.ofReading(failure, file), failure);
        }
    }

    /** Compressed or not is seen from the first bytes, not from the name. */
    private static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        in.mark(2);
        boolean compressed = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return compressed ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private AssignmentProblem problem() {
        var start = text.place();
        object(key -> {
            if (key.equals("problem")) {
                object(this::part);
            } else {
                text.skip();
            }
        });
        text.expectEnd();
        require(start, intervals, "nodes", "intervals");
        require(start, costs, "nodes", "costs");
        require(start, usages, "nodes", "usages");
        require(start, ends, "edges", "nodes");
        require(start, edgeCosts, "edges", "costs");
        var nodes = nodes(start);
        return new AssignmentProblem(name, nodes, edges(start, nodes), limit);
    }

    private void part(String key) {
        switch (key) {
            case "name" -> name = text.string();
            case "usage_limit" -> limit = OptionalLong.of(text.integer(Long.MAX_VALUE));
            case "nodes" -> object(this::nodePart);
            case "edges" -> object(this::edgePart);
            default -> text.skip();
        }
    }

    private void nodePart(String key) {
        switch (key) {
            case "intervals" -> intervals = lists();
            case "costs" -> costs = lists();
            case "usages" -> usages = lists();
            default -> text.skip();
        }
    }

    private void edgePart(String key) {
        switch (key) {
            case "nodes" -> ends = lists();
            case "costs" -> edgeCosts = lists();
            default -> text.skip();
        }
    }

    private void object(Consumer<String> member) {
        var seen = new LinkedHashSet<String>();
        text.expect('{');
        if (text.takes('}')) {
            return;
        }
        do {
            var at = text.place();
            String key = text.string();
            if (!seen.add(key)) {
                throw text.wrong(at, "`" + key + "` stands here twice");
            }
            text.expect(':');
            member.accept(key);
        } while (text.takes(','));
        text.expect('}');
    }

    private List<Placed> lists() {
        var all = new ArrayList<Placed>();
        text.expect('[');
        if (text.takes(']')) {
            return all;
        }
        do {
            all.add(numbers());
        } while (text.takes(','));
        text.expect(']');
        return all;
    }

    private Placed numbers() {
        var at = text.place();
        text.expect('[');
        if (text.takes(']')) {
            return new Placed(at, ImmutableLongArray.of());
        }
        var numbers = ImmutableLongArray.builder();
        do {
            numbers.add(text.integer(Long.MAX_VALUE));
        } while (text.takes(','));
        text.expect(']');
        var table = numbers.build().trimmed(); // the builder keeps room to grow
        var known = tables.putIfAbsent(table, table);
        return new Placed(at, known == null ? table : known);
    }

    private void require(Place at, List<Placed> lists, String group, String member) {
        if (lists == null) {
            throw text.wrong(at, "`problem." + group + "." + member + "` is missing");
        }
    }

    private List<Node> nodes(Place start) {
        if (costs.size() != intervals.size() || usages.size() != intervals.size()) {
            throw text.wrong(start, "nodes have " + intervals.size() + " intervals, " + costs.size() + " lists of costs and "
                    + usages.size() + " lists of usages");
        }
        var nodes = new ArrayList<Node>(intervals.size());
        for (int i = 0; i < intervals.size(); i++) {
            var interval = intervals.get(i);
            if (interval.numbers().length() != 2) {
                throw text.wrong(interval.at(), "the interval of node " + i + " has " + interval.numbers().length() + " numbers, not 2");
            }
            int strategies = costs.get(i).numbers().length();
            if (usages.get(i).numbers().length() != strategies) {
                throw text.wrong(usages.get(i).at(), "node " + i + " has " + strategies + " costs but "
                        + usages.get(i).numbers().length() + " usages");
            }
            nodes.add(new Node(interval.numbers().get(0), interval.numbers().get(1), costs.get(i).numbers(), usages.get(i).numbers()));
        }
        return nodes;
    }

    private List<Edge> edges(Place start, List<Node> nodes) {
        if (ends.size() != edgeCosts.size()) {
            throw text.wrong(start, "there are " + ends.size() + " edges but " + edgeCosts.size() + " tables of costs");
        }
        var edges = new ArrayList<Edge>(ends.size());
        for (int i = 0; i < ends.size(); i++) {
            edges.add(new Edge(ends(i, nodes), edgeCosts.get(i).numbers()));
        }
        return edges;
    }

    private ImmutableIntArray ends(int edge, List<Node> nodes) {
        var listed = ends.get(edge);
        var ids = ImmutableIntArray.builder(listed.numbers().length());
        double entries = 1; // as a double it cannot overflow
        for (int i = 0; i < listed.numbers().length(); i++) {
            long id = listed.numbers().get(i);
            if (id < 0 || id >= nodes.size()) {
                throw text.wrong(listed.at(), "edge " + edge + " names node " + id + ", but nodes are 0 to " + (nodes.size() - 1));
            }
            ids.add((int) id);
            entries *= nodes.get((int) id).strategies();
        }
        var table = edgeCosts.get(edge);
        if (entries != table.numbers().length()) {
            throw text.wrong(table.at(), "the table of edge " + edge + " has " + table.numbers().length() + " costs, but its nodes have "
                    + (long) entries + " combinations of strategies");
        }
        return ids.build();
    }
}
