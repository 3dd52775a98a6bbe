package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;

/**
 * Where a tile lies in scratch memory. Identity is the object: two tiles with one home share memory.
 */
final class Home {
    private final Slot slot;
    private final ImmutableList<Long> strides;
    private final long first;

    /** @param strides for each axis of the kernel, in elements; 0 for axes that the tile does not have */
    Home(Slot slot, ImmutableList<Long> strides) {
        this(slot, strides, 0);
    }

    /** @param first where the first position of all axes lies in the slot, which strides may run back from */
    Home(Slot slot, ImmutableList<Long> strides, long first) {
        this.slot = slot;
        this.strides = strides;
        this.first = first;
    }

    long first() {
        return first;
    }

    Slot slot() {
        return slot;
    }

    long stride(int axis) {
        return strides.get(axis);
    }

    ImmutableList<Long> strides() {
        return strides;
    }
}
