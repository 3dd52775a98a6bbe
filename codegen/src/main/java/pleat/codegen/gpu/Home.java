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
    private final ImmutableList<Integer> axes;
    private final ImmutableList<Long> strides;

    Home(String name, long bytes, ImmutableList<Integer> axes, ImmutableList<Long> strides) {
        this.name = name;
        this.bytes = bytes;
        this.axes = axes;
        this.strides = strides;
    }

    /** So many bytes for what has no axes. */
    static Home plain(String name, long bytes) {
        return new Home(name, bytes, ImmutableList.of(), ImmutableList.of());
    }

    String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    ImmutableList<Integer> axes() {
        return axes;
    }

    long stride(int axis) {
        return strides.get(axis);
    }

    /** Whether its elements lie where those of another tile would. */
    boolean liesAs(Home other) {
        return bytes == other.bytes && strides.equals(other.strides);
    }
}
