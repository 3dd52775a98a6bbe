package pleat.ir.kernel;

import com.google.common.collect.ImmutableList;

/**
 * A value on chip: one f32 element for each point of the current blocks of its axes. Identity is the object; the name is for printing.
 */
public final class Tile {
    private final String name;
    private final ImmutableList<Integer> axes;

    /** @param axes positions in {@link Kernel#axes()}, each once */
    public Tile(String name, Iterable<Integer> axes) {
        this.name = name;
        this.axes = ImmutableList.copyOf(axes);
    }

    public String name() {
        return name;
    }

    public ImmutableList<Integer> axes() {
        return axes;
    }

    @Override
    public String toString() {
        return "%" + name + axes;
    }
}
