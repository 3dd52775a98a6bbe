package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Range;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * What a device holds of a value for one of its readers.
 *
 * @param own the mesh axes along which it is not split, and which yet divide the work that is done with it
 * @param wide the mesh axes along which a block comes with some of its neighbours, by axis
 */
public record Form(Sharding sharding, ImmutableSortedSet<String> own, ImmutableList<Wide> wide) {

    /** So many positions more on either side of the block of the dim that is split along an axis. */
    public record Wide(String axis, long before, long after) {}

    /** As a value is kept: equal wherever it is not split. */
    public static Form kept(Sharding sharding) {
        return new Form(sharding, ImmutableSortedSet.of(), ImmutableList.of());
    }

    Form with(Sharding other) {
        return new Form(other, own, wide);
    }

    Form owned(String axis) {
        return new Form(sharding, ImmutableSortedSet.<String>naturalOrder().addAll(own).add(axis).build(), wide);
    }

    Form widened(Wide more) {
        return new Form(sharding, own, Stream.concat(wide.stream(), Stream.of(more)).sorted(Comparator.comparing(Wide::axis))
                .collect(ImmutableList.toImmutableList()));
    }

    /** Who has a gradient of it matters only for values that have one. */
    public Form of(TensorType type) {
        return type.dtype().isFloating() ? this : new Form(sharding, ImmutableSortedSet.of(), wide);
    }

    Optional<Wide> wideAlong(String axis) {
        return wide.stream().filter(w -> w.axis().equals(axis)).findFirst();
    }

    /** The positions of each dim that the device holds, of a tensor of this whole shape. */
    public ImmutableList<Range> ranges(long[] shape, Device device) {
        return IntStream.range(0, shape.length).mapToObj(d -> sharding.ofDim(d).map(split -> {
            var block = split.part(device);
            return wideAlong(split.axis()).map(w -> block.widened(w.before(), w.after(), split.extent())).orElse(block);
        }).orElse(new Range(0, shape[d]))).collect(ImmutableList.toImmutableList());
    }

    /** The type of what the device holds. */
    public TensorType local(TensorType whole, Device device) {
        return TensorType.of(whole.dtype(), ranges(whole.shape(), device).stream().map(range -> Dim.of(range.extent())).toList());
    }

    /** The same of a tensor with one more dim in front. */
    Form stacked() {
        return with(shifted(sharding, 1));
    }

    /** Of a tensor with so many more dims in front. */
    static Sharding shifted(Sharding sharding, int dims) {
        return Sharding.of(sharding.splits().stream().map(s -> new Split(s.axis(), s.dim() + dims, s.extent(), s.unit())).toList());
    }
}
