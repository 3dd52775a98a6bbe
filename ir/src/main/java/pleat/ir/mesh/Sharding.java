package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Which part of a tensor each device has: along a mesh axis that a split names, a block of one dim; along all others, the same on every
 * device. A dim is cut along one axis at most.
 *
 * @param splits in the order of the axes' names, so that equal shardings are equal records
 */
public record Sharding(ImmutableList<Split> splits) {
    /** Every device has all of it. */
    public static final Sharding WHOLE = new Sharding(ImmutableList.of());

    public Sharding {
        for (int i = 0; i < splits.size(); i++) {
            Split split = splits.get(i);
            checkArgument(i == 0 || splits.get(i - 1).axis().compareTo(split.axis()) < 0, "splits are not sorted by mesh axis");
            checkArgument(splits.stream().filter(s -> s.dim() == split.dim()).count() == 1, "dim %s is split twice", split.dim());
        }
    }

    /** Sorts the splits. */
    public static Sharding of(List<Split> splits) {
        return new Sharding(splits.stream().sorted(Comparator.comparing(Split::axis)).collect(ImmutableList.toImmutableList()));
    }

    public static Sharding of(Split... splits) {
        return of(List.of(splits));
    }

    public boolean isWhole() {
        return splits.isEmpty();
    }

    /** How it is cut along a mesh axis; empty if it is not. */
    public Optional<Split> along(String axis) {
        return splits.stream().filter(s -> s.axis().equals(axis)).findFirst();
    }

    /** The split of a dim; empty if the dim is whole. */
    public Optional<Split> ofDim(int dim) {
        return splits.stream().filter(s -> s.dim() == dim).findFirst();
    }

    /** Without what it says about one mesh axis. */
    public Sharding without(String axis) {
        return new Sharding(splits.stream().filter(s -> !s.axis().equals(axis)).collect(ImmutableList.toImmutableList()));
    }

    /** With another split along the axis that the split names. */
    public Sharding with(Split split) {
        return of(Stream.concat(without(split.axis()).splits.stream(), Stream.of(split)).toList());
    }

    /** Whether a tensor of this whole type can be cut so for this mesh: dims and axes exist, and each device gets a unit. */
    public boolean fits(TensorType whole, Mesh mesh) {
        return splits.stream().allMatch(s -> mesh.has(s.axis()) && s.dim() < whole.rank() && whole.dims().get(s.dim()).equals(Dim.of(s.extent()))
                && s.isFor(mesh.size(s.axis())));
    }

    /** The type of what a device has. */
    public TensorType local(TensorType whole, Device device) {
        var dims = IntStream.range(0, whole.rank()).mapToObj(d -> ofDim(d).map(s -> Dim.of(s.part(device).extent())).orElse(whole.dims().get(d)));
        return TensorType.of(whole.dtype(), dims.toList());
    }

    /** The type of the tensor of which a device has a part of this type. */
    public TensorType whole(TensorType local) {
        var dims = IntStream.range(0, local.rank()).mapToObj(d -> ofDim(d).map(s -> Dim.of(s.extent())).orElse(local.dims().get(d)));
        return TensorType.of(local.dtype(), dims.toList());
    }

    /** The positions that a device has of each dim of a tensor of this whole shape. */
    public ImmutableList<Range> ranges(long[] shape, Device device) {
        return IntStream.range(0, shape.length).mapToObj(d -> ofDim(d).map(s -> s.part(device)).orElse(new Range(0, shape[d])))
                .collect(ImmutableList.toImmutableList());
    }

    /** {@code split(data 0: 2 by 1, model 1: 256 by 32)}; {@code whole} without splits. */
    @Override
    public String toString() {
        return isWhole() ? "whole" : splits.stream().map(Split::toString).collect(Collectors.joining(", ", "split(", ")"));
    }
}
