package pleat.cli.profile;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Family;
import pleat.runtime.emulator.InstructionCount;
import pleat.runtime.emulator.InstructionCount.Traffic;

/**
 * What the launches of a kernel did, all together.
 *
 * @param sectors 32-byte pieces of global memory, asked for and least possible
 * @param wideSectors those that were asked for with 16 bytes or more a lane
 * @param wavefronts passes through shared memory, asked for and least possible
 */
public record KernelCounts(Work work, Traffic sectors, long wideSectors, Traffic wavefronts) {

    /**
     * What was executed.
     *
     * @param warpInstructions each by a warp
     * @param vectorFlops of ordinary arithmetic on floats, all 32 lanes of a warp counted
     * @param productFlops of matrix units
     */
    public record Work(long warpInstructions, long vectorFlops, long productFlops) {}

    private static final Pattern PRODUCT = Pattern.compile("(?:wgmma\\.mma_async|mma)\\.\\S*\\.m(\\d+)n(\\d+)k(\\d+)\\..*");
    private static final Pattern VECTOR = Pattern.compile("(fma|add|sub|mul|div|min|max|ex2|lg2|rcp|rsqrt|sqrt|sin|cos|tanh)\\.\\S*(f32|f16|bf16|f16x2|bf16x2|f64) .*");
    private static final Pattern ACCESS = Pattern.compile("(?:ld|st)\\.global\\S*?(?:\\.v(\\d))?\\.[a-z]+(\\d+) .*");
    private static final Pattern COPY = Pattern.compile("cp\\.async\\.c\\S+ \\S+ \\S+ 16\\b.*");
    private static final int WIDE_BITS = 128;
    private static final int LANES = 32;
    /** Warps that do a product of a warp group together, each a part of its rows. */
    private static final int GROUP = 4;
    /** A multiply-add of a warp is so many operations; vector units take one in each cycle. */
    private static final double FLOPS_OF_AN_ISSUE = 2.0 * LANES;

    static KernelCounts of(List<InstructionCount> counts) {
        long vector = 0;
        long product = 0;
        long wide = 0;
        for (InstructionCount count : counts) {
            String text = count.origin().text().replaceFirst("^@\\S+ ", "");
            Matcher shape = PRODUCT.matcher(text);
            Matcher arithmetic = VECTOR.matcher(text);
            wide += isWide(text) ? count.sectors().moved() : 0;
            if (shape.matches()) {
                long rows = Long.parseLong(shape.group(1)) / (text.startsWith("wgmma") ? GROUP : 1);
                product += count.executed() * 2 * rows * Long.parseLong(shape.group(2)) * Long.parseLong(shape.group(3));
            } else if (arithmetic.matches()) {
                vector += count.executed() * LANES * (arithmetic.group(1).equals("fma") ? 2 : 1) * (arithmetic.group(2).endsWith("x2") ? 2 : 1);
            }
        }
        return new KernelCounts(new Work(counts.stream().mapToLong(InstructionCount::executed).sum(), vector, product),
                sum(counts.stream().map(InstructionCount::sectors)), wide, sum(counts.stream().map(InstructionCount::wavefronts)));
    }

    private static boolean isWide(String text) {
        Matcher access = ACCESS.matcher(text);
        return COPY.matcher(text).matches()
                || access.matches() && (access.group(1) == null ? 1 : Integer.parseInt(access.group(1))) * Integer.parseInt(access.group(2)) >= WIDE_BITS;
    }

    static KernelCounts none() {
        return of(List.of());
    }

    KernelCounts plus(KernelCounts other) {
        return new KernelCounts(new Work(work.warpInstructions + other.work.warpInstructions, work.vectorFlops + other.work.vectorFlops,
                work.productFlops + other.work.productFlops), sum(Stream.of(sectors, other.sectors)), wideSectors + other.wideSectors,
                sum(Stream.of(wavefronts, other.wavefronts)));
    }

    /** As if all had been done so often. */
    KernelCounts times(double factor) {
        return new KernelCounts(new Work(times(work.warpInstructions, factor), times(work.vectorFlops, factor), times(work.productFlops, factor)),
                times(sectors, factor), times(wideSectors, factor), times(wavefronts, factor));
    }

    private static long times(long number, double factor) {
        return Math.round(number * factor);
    }

    private static Traffic times(Traffic traffic, double factor) {
        return new Traffic(times(traffic.moved(), factor), times(traffic.ideal(), factor));
    }

    double sectorsOfIdeal() {
        return ratio(sectors.moved(), sectors.ideal());
    }

    double wavefrontsOfIdeal() {
        return ratio(wavefronts.moved(), wavefronts.ideal());
    }

    /** The part of the sectors that was asked for with 16 bytes or more a lane. */
    double widePart() {
        return ratio(wideSectors, sectors.moved());
    }

    /** One where there is nothing. */
    static double ratio(double number, double of) {
        return of == 0 ? 1 : number / of;
    }

    private static Traffic sum(Stream<Traffic> traffic) {
        return traffic.reduce(new Traffic(0, 0), (x, y) -> new Traffic(x.moved() + y.moved(), x.ideal() + y.ideal()));
    }

    /** What would bound the kernel, and for how long. */
    record Prediction(String bound, double seconds) {}

    /**
     * The slowest of what the kernel needs, as if all else went on beside it at full rate.
     *
     * @param bytes that its arguments have: what main memory has to move at least
     * @param operands type that matrix units take
     */
    Prediction on(Device device, long bytes, DType operands) {
        double issue = work.warpInstructions / (device.rates().of(Family.MAP, DType.F32) / FLOPS_OF_AN_ISSUE);
        double product = work.productFlops / device.rates().of(Family.PRODUCT, operands);
        double memory = bytes / device.memory().bytesPerSecond();
        double most = Math.max(issue, Math.max(product, memory));
        return new Prediction(most == memory ? "memory" : most == product ? "matrix units" : "instructions", most);
    }
}
