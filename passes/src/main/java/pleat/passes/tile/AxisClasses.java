package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/**
 * The axes of several equations, aligned: axes through which a value flows from one equation to another, or through which two equations
 * read the same element, are one class. See Note [Alignment].
 */
final class AxisClasses {
    private final ImmutableList<Compute> ops;
    private final int[] first;
    private final int[] parent;

    private AxisClasses(List<Compute> ops) {
        this.ops = ImmutableList.copyOf(ops);
        first = new int[ops.size() + 1];
        for (int o = 0; o < ops.size(); o++) {
            first[o + 1] = first[o] + ops.get(o).equation().axes().size();
        }
        parent = new int[first[ops.size()]];
        Arrays.setAll(parent, i -> i);
    }

    /** Aligns the equations; empty if a value flows between them other than point by point. */
    static Optional<AxisClasses> of(List<Compute> ops) {
        var classes = new AxisClasses(ops);
        if (!classes.alignFlows() || !classes.isConsistent()) {
            return Optional.empty();
        }
        classes.alignSharedReads();
        return Optional.of(classes);
    }

    /** The class of an axis, named by the smallest (equation, axis) in it. */
    int of(int op, int axis) {
        return find(first[op] + axis);
    }

    /** All classes, in the order of first appearance. */
    ImmutableList<Integer> all() {
        var seen = new LinkedHashSet<Integer>();
        for (int i = 0; i < parent.length; i++) {
            seen.add(find(i));
        }
        return ImmutableList.copyOf(seen);
    }

    /** The classes that an equation writes (reduced ones left out), in the order of its axes. */
    ImmutableSet<Integer> written(int op) {
        return select(op, false);
    }

    ImmutableSet<Integer> reduced(int op) {
        return select(op, true);
    }

    /** Classes that every equation writes: blocks of them can be computed independently of each other. */
    ImmutableSet<Integer> parallel() {
        var common = new LinkedHashSet<>(written(0));
        for (int o = 1; o < ops.size(); o++) {
            common.retainAll(written(o));
        }
        return ImmutableSet.copyOf(common);
    }

    String name(int axisClass) {
        return axis(axisClass).name();
    }

    long extent(int axisClass) {
        return axis(axisClass).extent().known();
    }

    private pleat.ir.index.Axis axis(int axisClass) {
        int op = Arrays.binarySearch(first, axisClass);
        op = op >= 0 ? lastOpStartingAt(op) : -op - 2;
        return ops.get(op).equation().axes().get(axisClass - first[op]);
    }

    // Equations without axes (scalars) share their start with the next one.
    private int lastOpStartingAt(int op) {
        int last = op;
        while (last + 1 < ops.size() && first[last + 1] == first[op]) {
            last++;
        }
        return last;
    }

    private ImmutableSet<Integer> select(int op, boolean isReduced) {
        Equation equation = ops.get(op).equation();
        var result = ImmutableSet.<Integer>builder();
        for (int axis = 0; axis < equation.axes().size(); axis++) {
            if (equation.isReduced(axis) == isReduced) {
                result.add(of(op, axis));
            }
        }
        return result.build();
    }

    private int find(int i) {
        int root = i;
        while (parent[root] != root) {
            root = parent[root];
        }
        return root;
    }

    private void union(int a, int b) {
        int low = Math.min(find(a), find(b));
        int high = Math.max(find(a), find(b));
        parent[high] = low;
    }

    private boolean alignFlows() {
        var producers = new LinkedHashMap<Value, Integer>();
        for (int o = 0; o < ops.size(); o++) {
            producers.put(ops.get(o).result(), o);
        }
        for (int o = 0; o < ops.size(); o++) {
            var op = ops.get(o);
            for (int r = 0; r < op.operands().size(); r++) {
                Integer producer = producers.get(op.operands().get(r));
                if (producer != null && !alignAccesses(producer, ops.get(producer).equation().write(), o, op.equation().reads().get(r))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean alignAccesses(int left, Access leftAccess, int right, Access rightAccess) {
        if (!leftAccess.isBare() || !rightAccess.isBare() || leftAccess.guarded() || rightAccess.guarded()) {
            return false;
        }
        for (int d = 0; d < leftAccess.rank(); d++) {
            union(first[left] + bare(leftAccess.subscripts().get(d)), first[right] + bare(rightAccess.subscripts().get(d)));
        }
        return true;
    }

    private static int bare(Index index) {
        return index.bareAxis().orElseThrow();
    }

    /** Whether the axes of each equation are in different classes and the axes of a class have one extent. */
    private boolean isConsistent() {
        for (int o = 0; o < ops.size(); o++) {
            Set<Integer> seen = new LinkedHashSet<>();
            for (int a = first[o]; a < first[o + 1]; a++) {
                int root = find(a);
                if (!seen.add(root) || !axis(root).extent().equals(ops.get(o).equation().axes().get(a - first[o]).extent())) {
                    return false;
                }
            }
        }
        return true;
    }

    private record Reader(int op, Access access) {}

    private void alignSharedReads() {
        Map<Value, List<Reader>> readers = new LinkedHashMap<>();
        for (int o = 0; o < ops.size(); o++) {
            var op = ops.get(o);
            for (int r = 0; r < op.operands().size(); r++) {
                readers.computeIfAbsent(op.operands().get(r), _ -> new ArrayList<>()).add(new Reader(o, op.equation().reads().get(r)));
            }
        }
        for (var sharing : readers.values()) {
            for (int i = 1; i < sharing.size(); i++) {
                tryAlign(sharing.getFirst(), sharing.get(i));
            }
        }
    }

    private void tryAlign(Reader left, Reader right) {
        int[] before = parent.clone();
        if (!alignAccesses(left.op(), left.access(), right.op(), right.access()) || !isConsistent()) {
            System.arraycopy(before, 0, parent, 0, parent.length);
        }
    }
}

/*
 * Note [Alignment]
 *
 * A group of equations can become one tile program when every value that flows inside the group flows point by point: the reader looks at
 * exactly the element that the same program has just made. That holds when the write and the read are bare subscripts; the axes under the
 * subscripts are then the same axis of the program. If that would make two axes of one equation the same (x[i, j] and x[j, i] in one
 * equation), the value cannot stay on chip. Two equations that read the same input need not be aligned; they are when nothing speaks
 * against it, so that the element is loaded once.
 */
