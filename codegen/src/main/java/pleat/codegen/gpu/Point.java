package pleat.codegen.gpu;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.lane.Operand;

/** Positions inside the present blocks, by kernel axis; 0 along axes that are not named. */
record Point(ImmutableMap<Integer, Operand> at) {
    static final Point ORIGIN = new Point(ImmutableMap.of());

    Operand along(int axis) {
        return at.getOrDefault(axis, Operand.i32(0));
    }

    Point with(int axis, Operand position) {
        return with(Map.of(axis, position));
    }

    Point moved(Ints ints, int axis, long by) {
        return with(axis, ints.plus(along(axis), by));
    }

    Point with(Map<Integer, Operand> positions) {
        var all = new LinkedHashMap<>(at);
        all.putAll(positions);
        return new Point(ImmutableMap.copyOf(all));
    }
}
