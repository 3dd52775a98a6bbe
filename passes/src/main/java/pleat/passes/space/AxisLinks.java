package pleat.passes.space;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import pleat.ir.tensor.Value;

/** Classes of the axes of several ops: axes that run along the same dim of a value that one writes and another reads, or that two read. */
final class AxisLinks {
    private final List<Form> members;
    private final int[] offset;
    private int[] parent;

    private AxisLinks(List<Form> members) {
        this.members = members;
        this.offset = new int[members.size() + 1];
        for (int m = 0; m < members.size(); m++) {
            offset[m + 1] = offset[m] + members.get(m).extents().size();
        }
        this.parent = new int[offset[members.size()]];
        for (int i = 0; i < parent.length; i++) {
            parent[i] = i;
        }
    }

    /** Empty if two axes of one op would have to be split together. */
    static Optional<AxisLinks> of(List<Form> members, Predicate<Value> isMoving) {
        var links = new AxisLinks(members);
        var maker = new LinkedHashMap<Value, Integer>();
        for (int m = 0; m < members.size(); m++) {
            maker.put(members.get(m).result(), m);
        }
        links.eachRead((m, r, value) -> {
            if (maker.containsKey(value)) {
                links.join(maker.get(value), members.get(maker.get(value)).written(), m, members.get(m).read().get(r));
            }
        });
        if (!links.isConsistent()) {
            return Optional.empty();
        }
        var first = new LinkedHashMap<Value, int[]>();
        links.eachRead((m, r, value) -> {
            if (!maker.containsKey(value) && isMoving.test(value)) {
                var before = links.parent.clone();
                var seen = first.putIfAbsent(value, new int[] {m, r});
                if (seen != null) {
                    links.join(seen[0], members.get(seen[0]).read().get(seen[1]), m, members.get(m).read().get(r));
                    if (!links.isConsistent()) {
                        links.parent = before;
                    }
                }
            }
        });
        return Optional.of(links);
    }

    private interface Read {
        void at(int member, int read, Value value);
    }

    private void eachRead(Read visit) {
        for (int m = 0; m < members.size(); m++) {
            for (int r = 0; r < members.get(m).read().size(); r++) {
                visit.at(m, r, members.get(m).op().operands().get(r));
            }
        }
    }

    private void join(int left, int[] leftAxes, int right, int[] rightAxes) {
        for (int d = 0; d < leftAxes.length; d++) {
            if (leftAxes[d] >= 0 && rightAxes[d] >= 0) {
                parent[root(offset[left] + leftAxes[d])] = root(offset[right] + rightAxes[d]);
            }
        }
    }

    private int root(int node) {
        int at = node;
        while (parent[at] != at) {
            at = parent[at];
        }
        return at;
    }

    private boolean isConsistent() {
        for (int m = 0; m < members.size(); m++) {
            for (int a = offset[m]; a < offset[m + 1]; a++) {
                for (int b = a + 1; b < offset[m + 1]; b++) {
                    if (root(a) == root(b)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private Map<Integer, Integer> numbers() {
        var numbers = new LinkedHashMap<Integer, Integer>();
        for (int node = 0; node < parent.length; node++) {
            numbers.putIfAbsent(root(node), numbers.size());
        }
        return numbers;
    }

    /** How many classes there are. */
    int count() {
        return numbers().size();
    }

    /** For each axis of a member its class. */
    int[] classOf(int member) {
        var numbers = numbers();
        int[] classes = new int[offset[member + 1] - offset[member]];
        for (int a = 0; a < classes.length; a++) {
            classes[a] = numbers.get(root(offset[member] + a));
        }
        return classes;
    }
}
