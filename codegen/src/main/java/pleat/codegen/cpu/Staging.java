package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.kernel.Kernel;

/**
 * Copies operands whose elements lie apart along the axis in which a step works in vectors, so that they lie side by side: a copy by squares
 * of registers costs a tenth of reading such elements one by one.
 */
final class Staging {
    private final Kernel kernel;
    private final BlockSpace space;
    private final int lanes;
    /** Copies of buffers that the present list of steps has made. */
    private Map<Key, Home> made = new LinkedHashMap<>();

    private record Key(Leaf leaf, int axis) {}

    /** {@code home[axes] = leaf}, to be done before the step. */
    record Copy(ImmutableList<Integer> axes, Leaf leaf, Home home) {}

    /** An expression over operands that lie well, and what makes them. */
    record Staged(ImmutableList<Copy> copies, Expression value) {}

    Staging(Kernel kernel, BlockSpace space, int lanes) {
        this.kernel = kernel;
        this.space = space;
        this.lanes = lanes;
    }

    /** Forgets the copies made so far and returns them: other steps may run when those did not. */
    Map<Key, Home> enter(Map<Key, Home> known) {
        var before = made;
        made = new LinkedHashMap<>(known);
        return before;
    }

    Map<Key, Home> made() {
        return made;
    }

    /** @param target where the step writes, if what it writes matters as much as what it reads */
    Staged align(Collection<Integer> axes, Expression value, Optional<ImmutableList<Long>> target) {
        return align(axes, axes, value, target);
    }

    /** @param along the axes that vectors may go along */
    Staged align(Collection<Integer> along, Collection<Integer> axes, Expression value, Optional<ImmutableList<Long>> target) {
        var operands = NestShape.Operands.of(value, target, kernel, space);
        var inner = axes.stream().filter(axis -> !space.isSingle(axis)).toList();
        var candidates = along.stream().filter(axis -> !space.isSingle(axis)).toList();
        var axis = isLookedUp(value) ? Optional.<Integer>empty() : VectorAxis.choose(candidates, inner, operands, space, lanes);
        if (axis.isEmpty()) {
            return new Staged(ImmutableList.of(), value);
        }
        var copies = ImmutableList.<Copy>builder();
        var leaves = value.leaves().stream().map(leaf -> isWorthCopying(leaf, axis.get(), inner) ? copied(leaf, axis.get(), copies) : leaf)
                .collect(ImmutableList.toImmutableList());
        return new Staged(copies.build(), new Expression(leaves, value.body()));
    }

    private boolean isLookedUp(Expression value) {
        return value.leaves().stream().anyMatch(leaf -> LeafStrides.of(leaf, kernel, space).isEmpty());
    }

    // An operand that is read once per element and lies along no axis is read as well where it is needed.
    private boolean isWorthCopying(Leaf leaf, int axis, List<Integer> axes) {
        var inPlace = LeafStrides.inPlace(leaf, kernel, space);
        if (inPlace.isEmpty()) {
            return false;
        }
        var strides = inPlace.get();
        boolean isReused = axes.stream().anyMatch(a -> strides.get(a) == 0);
        return VectorAxis.isApart(strides, axis) && (isReused || axes.stream().anyMatch(a -> strides.get(a) == 1));
    }

    private Leaf copied(Leaf leaf, int axis, ImmutableList.Builder<Copy> copies) {
        var key = new Key(leaf, axis);
        Home home = made.get(key);
        if (home == null) {
            var strides = LeafStrides.inPlace(leaf, kernel, space).orElseThrow();
            var order = new ArrayList<Integer>();
            for (int a = 0; a < space.rank(); a++) {
                if (strides.get(a) != 0 && a != axis && !space.isSingle(a) && isInBlock(leaf, a)) {
                    order.add(a);
                }
            }
            order.sort((a, b) -> Long.compare(Math.abs(strides.get(b)), Math.abs(strides.get(a))));
            order.add(axis);
            home = padded("turned", order);
            copies.add(new Copy(ImmutableList.copyOf(order), leaf, home));
            if (leaf instanceof Leaf.InBuffer || leaf instanceof Leaf.Windowed) {
                made.put(key, home);
            }
        }
        return new Leaf.Scratch(home);
    }

    private static boolean isInBlock(Leaf leaf, int axis) {
        return switch (leaf) {
            case Leaf.Scratch(Home home) -> home.stride(axis) != 0;
            case Leaf.InBuffer(_, var access) -> access.uses(axis);
            case Leaf.Windowed(Leaf.InBuffer(_, var access), _) -> access.uses(axis);
            case Leaf.InRow _, Leaf.Drawn _ -> false;
        };
    }

    /** A home with the given order of axes whose rows are whole vectors. */
    Home padded(String name, List<Integer> order) {
        var strides = new long[space.rank()];
        long stride = 1;
        for (int axis : order.reversed()) {
            strides[axis] = stride;
            stride *= space.size(axis);
            stride = axis == order.getLast() ? RowPadding.of(stride, lanes) : stride;
        }
        return new Home(new Slot(name, Float.BYTES * stride), BufferView.listOf(strides));
    }
}
