package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.cli.machine.Machines;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;
import pleat.passes.tile.TileChoice;

/** Cuts programs for a GPU: as was tuned, else so that they take the least time by a model of what they do. */
public final class GpuTiles implements TileChoice {
    private final GpuTarget target;
    private final GpuSpeed speed;
    private final TunedTiles tuned;

    public GpuTiles(GpuTarget target, TunedTiles tuned) {
        this.target = target;
        this.speed = speed(target, Machines.named(machine(target)));
        this.tuned = tuned;
    }

    /** The machine that code for a target is made for if nobody names one. */
    public static String machine(GpuTarget target) {
        return switch (target.capability()) {
            case 80 -> "a100-40g";
            case 89 -> "rtx4090";
            case 90 -> "h100";
            default -> throw new IllegalStateException("no machine runs " + target.name());
        };
    }

    public static GpuSpeed speed(GpuTarget target, Machine machine) {
        var rates = machine.device().rates();
        return GpuSpeed.of(target, rates.of(Family.MAP, DType.F32), rates.of(Family.PRODUCT, DType.BF16), machine.device().memory().bytesPerSecond());
    }

    @Override
    public int of(ImmutableList<Kernel> kernels) {
        return tuned.find(kernels.getFirst(), target).flatMap(text -> place(kernels, text)).orElseGet(() -> TileCost.cheapest(kernels, target, speed));
    }

    /** Empty where a program that is written alike, but has other weights, was tuned: tiles of weights count otherwise, and it can be cut in other ways. */
    private static Optional<Integer> place(ImmutableList<Kernel> kernels, String text) {
        return IntStream.range(0, kernels.size()).boxed().filter(k -> CachedTiles.text(kernels.get(k)).equals(text)).findFirst();
    }
}
