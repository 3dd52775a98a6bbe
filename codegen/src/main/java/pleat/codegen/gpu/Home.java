package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;

/**
 * Memory of a tile, shared by the threads of a block. Identity is the object.
 *
 * @param strides in elements, by kernel axis; 0 for axes that the tile does not have
 */
final class Home {
    private final String name;
    private final long bytes;
    private final ImmutableList<Long> strides;

    Home(String name, long bytes, ImmutableList<Long> strides) {
        this.name = name;
        this.bytes = bytes;
        this.strides = strides;
    }

    String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    long stride(int axis) {
        return strides.get(axis);
    }
}
