package pleat.ir.interp;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Reduction;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Range;
import pleat.ir.mesh.Sharding;
import pleat.ir.type.TensorType;

/** Parts of tensors, taken out and put together. */
public final class Blocks {
    private Blocks() {}

    /**
     * A tensor that was put together.
     *
     * @param disagreement how far devices that have the same elements are apart
     */
    public record Joined(NdArray whole, double disagreement) {}

    /** What a device has of a tensor. */
    public static NdArray part(NdArray whole, Sharding sharding, Device device) {
        return part(whole, sharding.ranges(whole.shape(), device));
    }

    /**
     * The tensor of which the devices have parts.
     *
     * @param type of the whole
     * @param parts one for each device, in the order of the ranks
     */
    public static Joined join(TensorType type, Sharding sharding, List<Device> devices, List<NdArray> parts) {
        NdArray whole = NdArray.filled(Double.NaN, type.shape());
        double disagreement = 0;
        for (int d = 0; d < devices.size(); d++) {
            var ranges = sharding.ranges(type.shape(), devices.get(d));
            boolean isFirst = sharding.splits().stream().map(split -> split.axis()).toList()
                    .containsAll(movedAxes(devices.get(d)));
            if (isFirst) {
                put(parts.get(d), whole, ranges);
            }
            disagreement = Math.max(disagreement, part(whole, ranges).distance(parts.get(d)));
        }
        return new Joined(whole, disagreement);
    }

    /** The mesh axes along which a device is not the first. */
    private static List<String> movedAxes(Device device) {
        return IntStream.range(0, device.coordinates().size()).filter(a -> device.coordinates().get(a) > 0)
                .mapToObj(a -> device.mesh().axes().get(a).name()).toList();
    }

    static NdArray part(NdArray whole, int dim, Range range) {
        var shape = whole.shape();
        return part(whole, IntStream.range(0, shape.length).mapToObj(d -> d == dim ? range : new Range(0, shape[d]))
                .collect(ImmutableList.toImmutableList()));
    }

    private static NdArray part(NdArray whole, List<Range> ranges) {
        NdArray part = NdArray.filled(0, ranges.stream().mapToLong(Range::extent).toArray());
        copy(whole, start(whole.shape(), ranges), strides(whole.shape()), part, 0, strides(part.shape()), part.shape());
        return part;
    }

    private static void put(NdArray part, NdArray whole, List<Range> ranges) {
        copy(part, 0, strides(part.shape()), whole, start(whole.shape(), ranges), strides(whole.shape()), part.shape());
    }

    /** Blocks of one dim, one after the other. */
    static NdArray join(List<NdArray> blocks, int dim) {
        var shape = blocks.getFirst().shape();
        shape[dim] = blocks.stream().mapToLong(block -> block.extent(dim)).sum();
        NdArray whole = NdArray.filled(0, shape);
        long at = 0;
        for (NdArray block : blocks) {
            put(block, whole, dim, at);
            at += block.extent(dim);
        }
        return whole;
    }

    private static void put(NdArray block, NdArray whole, int dim, long at) {
        var shape = whole.shape();
        put(block, whole, IntStream.range(0, shape.length).mapToObj(d -> d == dim ? new Range(at, at + block.extent(d)) : new Range(0, shape[d])).toList());
    }

    /** Element by element, in the order of the list. */
    static NdArray combine(List<NdArray> terms, Reduction reduction) {
        var data = terms.getFirst().toArray();
        for (NdArray term : terms.subList(1, terms.size())) {
            for (int i = 0; i < data.length; i++) {
                data[i] = reduction.combine(data[i], term.at(i));
            }
        }
        return NdArray.of(data, terms.getFirst().shape());
    }

    private static int start(long[] shape, List<Range> ranges) {
        var strides = strides(shape);
        return IntStream.range(0, shape.length).map(d -> (int) ranges.get(d).start() * strides[d]).sum();
    }

    private static int[] strides(long[] shape) {
        var strides = new int[shape.length];
        int stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= (int) shape[d];
        }
        return strides;
    }

    private static void copy(NdArray from, int fromStart, int[] fromStrides, NdArray to, int toStart, int[] toStrides, long[] shape) {
        if (shape.length == 0) {
            to.data()[to.start() + toStart] = from.data()[from.start() + fromStart];
            return;
        }
        int row = (int) shape[shape.length - 1];
        long rows = Arrays.stream(shape, 0, shape.length - 1).reduce(1, (a, b) -> a * b);
        for (long r = 0; r < rows; r++) {
            int source = from.start() + fromStart;
            int target = to.start() + toStart;
            long rest = r;
            for (int d = shape.length - 2; d >= 0; d--) {
                source += (int) (rest % shape[d]) * fromStrides[d];
                target += (int) (rest % shape[d]) * toStrides[d];
                rest /= shape[d];
            }
            System.arraycopy(from.data(), source, to.data(), target, row);
        }
    }
}
