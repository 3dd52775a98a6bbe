package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One device of a mesh.
 *
 * @param coordinates its position along each axis of the mesh
 */
public record Device(Mesh mesh, ImmutableList<Integer> coordinates) {
    public Device {
        checkArgument(coordinates.size() == mesh.axes().size(), "%s coordinates in %s", coordinates.size(), mesh);
        for (int a = 0; a < coordinates.size(); a++) {
            int coordinate = coordinates.get(a);
            checkArgument(coordinate >= 0 && coordinate < mesh.axes().get(a).size(), "coordinate %s of axis `%s` of %s", coordinate,
                    mesh.axes().get(a).name(), mesh);
        }
    }

    public int rank() {
        int rank = 0;
        for (int a = 0; a < coordinates.size(); a++) {
            rank = rank * mesh.axes().get(a).size() + coordinates.get(a);
        }
        return rank;
    }

    public int coordinate(String axis) {
        return coordinates.get(mesh.indexOf(axis));
    }

    /** The device at another position along one axis. */
    public Device at(String axis, int coordinate) {
        int moved = mesh.indexOf(axis);
        return new Device(mesh, IntStream.range(0, coordinates.size()).mapToObj(a -> a == moved ? coordinate : coordinates.get(a))
                .collect(ImmutableList.toImmutableList()));
    }

    /** Who takes part in a collective along an axis: all devices that differ in nothing but their position along it, by that position. */
    public List<Device> group(String axis) {
        return IntStream.range(0, mesh.size(axis)).mapToObj(c -> at(axis, c)).toList();
    }

    /** {@code device(data = 0, model = 3)}. */
    @Override
    public String toString() {
        return IntStream.range(0, coordinates.size()).mapToObj(a -> mesh.axes().get(a).name() + " = " + coordinates.get(a))
                .collect(Collectors.joining(", ", "device(", ")"));
    }
}
