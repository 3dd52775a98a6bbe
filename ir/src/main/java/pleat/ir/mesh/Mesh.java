package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The devices of a run, arranged in a box of named axes: {@code mesh(data = 2, model = 4)} has eight. */
public record Mesh(ImmutableList<Axis> axes) {

    /** @param size how many devices lie along it, at least 1 */
    public record Axis(String name, int size) {
        public Axis {
            checkArgument(name.matches("[A-Za-z_][A-Za-z_0-9]*") && size >= 1, "mesh axis `%s` has %s devices", name, size);
        }
    }

    public Mesh {
        checkArgument(!axes.isEmpty(), "a mesh without axes");
        checkArgument(axes.stream().map(Axis::name).distinct().count() == axes.size(), "two mesh axes have one name");
        axes.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
    }

    /** A mesh of one axis. */
    public static Mesh of(String name, int size) {
        return new Mesh(ImmutableList.of(new Axis(name, size)));
    }

    public int devices() {
        return axes.stream().mapToInt(Axis::size).reduce(1, (a, b) -> a * b);
    }

    public boolean has(String axis) {
        return axes.stream().anyMatch(a -> a.name().equals(axis));
    }

    /** The position of an axis that the mesh has. */
    public int indexOf(String axis) {
        return IntStream.range(0, axes.size()).filter(a -> axes.get(a).name().equals(axis)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("`" + this + "` has no axis `" + axis + "`"));
    }

    public int size(String axis) {
        return axes.get(indexOf(axis)).size();
    }

    /** Ranks are row-major: the last axis changes first. */
    public Device device(int rank) {
        checkArgument(rank >= 0 && rank < devices(), "rank %s of %s", rank, devices());
        int[] coordinates = new int[axes.size()];
        int rest = rank;
        for (int a = axes.size() - 1; a >= 0; a--) {
            coordinates[a] = rest % axes.get(a).size();
            rest /= axes.get(a).size();
        }
        return new Device(this, IntStream.of(coordinates).boxed().collect(ImmutableList.toImmutableList()));
    }

    /** All devices in the order of their ranks. */
    public List<Device> all() {
        return IntStream.range(0, devices()).mapToObj(this::device).toList();
    }

    @Override
    public String toString() {
        return axes.stream().map(a -> a.name() + " = " + a.size()).collect(Collectors.joining(", ", "mesh(", ")"));
    }
}
