package pleat.codegen.cpu;

import java.util.Arrays;

/** A place in the present block: the index of each axis, counted from the block's start. */
record Point(String[] indices) {

    static Point origin(int rank) {
        var indices = new String[rank];
        Arrays.fill(indices, "0");
        return new Point(indices);
    }

    Point with(int axis, String index) {
        var moved = indices.clone();
        moved[axis] = index;
        return new Point(moved);
    }

    String at(int axis) {
        return indices[axis];
    }
}
