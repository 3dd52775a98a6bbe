package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;

/**
 * Where a tile lies in scratch memory. Identity is the object: two tiles with one home share memory.
 */
final class Home {
    private final Slot slot;
    private final ImmutableList<Long> strides;

    /** @param strides for each axis of the kernel, in elements; 0 for axes that the tile does not have */
    Home(Slot slot, ImmutableList<Long> strides) {
        this.slot = slot;
        this.strides = strides;
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
