package pleat.codegen.gpu;

import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which buffers a {@link Band} reads, writes or copies several numbers of at once, if they begin where that is possible. */
final class BandBuffers {
    private final Band band;
    private final BlockAxes axes;
    private final Set<Integer> found = new LinkedHashSet<>();

    private BandBuffers(Band band, BlockAxes axes) {
        this.band = band;
        this.axes = axes;
    }

    static ImmutableSet<Integer> of(Band band, BlockAxes axes) {
        var buffers = new BandBuffers(band, axes);
        buffers.walk(band.steps());
        return ImmutableSet.copyOf(buffers.found);
    }

    private void walk(List<Band.Step> steps) {
        for (Band.Step step : steps) {
            switch (step) {
                case Band.Step.Keep(var result, Expression value) -> read(value, Band.columns(axes, band.rows(), result.axes()));
                case Band.Step.Reduce reduce -> {
                    read(reduce.value(), reduce.columns());
                    reduce.init().ifPresent(init -> read(init, List.of()));
                }
                case Band.Step.Multiply multiply -> {
                    read(multiply.left(), multiply.depth());
                    multiply.init().ifPresent(init -> read(init, Band.columns(axes, band.rows(), multiply.result().axes())));
                    multiply.right().copied().ifPresent(leaf -> found.add(leaf.buffer()));
                }
                case Band.Step.Write write -> {
                    read(write.value(), write.columns());
                    if (BandWidth.ofStore(band.shape(), write.buffer(), write.access(), write.columns()) != BandWidth.ONE) {
                        found.add(write.buffer());
                    }
                }
                case Band.Step.Loop loop -> {
                    loop.carries().forEach(carry -> {
                        var columns = Band.columns(axes, band.rows(), carry.entry().axes());
                        read(carry.init(), columns);
                        read(carry.next(), columns);
                    });
                    walk(loop.body());
                }
            }
        }
    }

    private void read(Expression value, List<Integer> columns) {
        value.leaves().forEach(leaf -> {
            if (leaf instanceof Leaf.InBuffer(int buffer, var access) && BandWidth.ofRead(band.shape(), buffer, access, columns) != BandWidth.ONE) {
                found.add(buffer);
            }
        });
    }
}
