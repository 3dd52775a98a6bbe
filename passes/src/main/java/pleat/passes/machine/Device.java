package pleat.passes.machine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import pleat.ir.type.DType;

/**
 * One device: a graphics card, or the part of a host that one group of threads has.
 *
 * @param efficiency what kernels of a family reach of the rates; a family that is not here reaches all
 */
public record Device(Rates rates, Memory memory, double launchSeconds, ImmutableMap<Family, Efficiency> efficiency) {

    /**
     * Floating operations per second, by the type that operands have in memory. A type that is not here computes at the rate of f32.
     *
     * @param product of matrix products, which have units of their own on many devices
     * @param vector of everything else
     */
    public record Rates(ImmutableMap<DType, Double> product, ImmutableMap<DType, Double> vector) {
        public Rates {
            checkArgument(product.containsKey(DType.F32) && vector.containsKey(DType.F32), "rates for f32 are missing");
        }

        public double of(Family family, DType dtype) {
            var rates = family == Family.PRODUCT ? product : vector;
            return rates.getOrDefault(dtype, rates.get(DType.F32));
        }
    }

    /**
     * @param bytes what a plan may use
     * @param onChipBytes what one tile program can hold: shared memory of a graphics card, second-level cache of a host
     */
    public record Memory(long bytes, double bytesPerSecond, long onChipBytes) {}

    /** Parts of the peak rates, above 0 and at most 1. */
    public record Efficiency(double rate, double bandwidth) {
        public static final Efficiency FULL = new Efficiency(1, 1);

        public Efficiency {
            checkArgument(rate > 0 && rate <= 1 && bandwidth > 0 && bandwidth <= 1, "an efficiency of %s and %s", rate, bandwidth);
        }
    }

    /** What is left of a kernel's time when starting it takes none: whichever of arithmetic and memory takes longer. */
    public double seconds(Work work, DType dtype) {
        var reached = efficiency.getOrDefault(work.family(), Efficiency.FULL);
        return Math.max(work.flops() / (reached.rate() * rates.of(work.family(), dtype)),
                work.bytes() / (reached.bandwidth() * memory.bytesPerSecond()));
    }
}
