package pleat.cli.profile;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Family;
import pleat.runtime.emulator.InstructionCount;
import pleat.runtime.emulator.InstructionCount.Traffic;

/**
 * What the launches of a kernel did, all together.
 *
 * @param warpInstructions executed, each by a warp
 * @param vectorFlops of ordinary arithmetic on floats, all 32 lanes of a warp counted
 * @param productFlops of matrix units
 * @param sectors 32-byte pieces of global memory, asked for and least possible
 * @param wavefronts passes through shared memory, the same
 */
record KernelCounts(long warpInstructions, long vectorFlops, long productFlops, Traffic sectors, Traffic wavefronts) {
    private static final Pattern PRODUCT = Pattern.compile("mma\\.\\S*\\.m(\\d+)n(\\d+)k(\\d+)\\..*");
    private static final Pattern VECTOR = Pattern.compile("(fma|add|sub|mul|div|min|max|ex2|lg2|rcp|rsqrt|sqrt|sin|cos|tanh)\\.\\S*(f32|f16|bf16|f16x2|bf16x2|f64) .*");
    private static final int LANES = 32;
    /** A multiply-add of a warp is so many operations; vector units take one in each cycle. */
    private static final double FLOPS_OF_AN_ISSUE = 2.0 * LANES;

    static KernelCounts of(List<InstructionCount> counts) {
        long vector = 0;
        long product = 0;
        for (InstructionCount count : counts) {
            String text = count.origin().text().replaceFirst("^@\\S+ ", "");
            Matcher shape = PRODUCT.matcher(text);
            Matcher arithmetic = VECTOR.matcher(text);
            if (shape.matches()) {
                product += count.executed() * 2 * Long.parseLong(shape.group(1)) * Long.parseLong(shape.group(2)) * Long.parseLong(shape.group(3));
            } else if (arithmetic.matches()) {
                vector += count.executed() * LANES * (arithmetic.group(1).equals("fma") ? 2 : 1) * (arithmetic.group(2).endsWith("x2") ? 2 : 1);
            }
        }
        return new KernelCounts(counts.stream().mapToLong(InstructionCount::executed).sum(), vector, product, sum(counts.stream().map(InstructionCount::sectors).toList()),
                sum(counts.stream().map(InstructionCount::wavefronts).toList()));
    }

    private static Traffic sum(List<Traffic> traffic) {
        return new Traffic(traffic.stream().mapToLong(Traffic::moved).sum(), traffic.stream().mapToLong(Traffic::ideal).sum());
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
        double issue = warpInstructions / (device.rates().of(Family.MAP, DType.F32) / FLOPS_OF_AN_ISSUE);
        double product = productFlops / device.rates().of(Family.PRODUCT, operands);
        double memory = bytes / device.memory().bytesPerSecond();
        double most = Math.max(issue, Math.max(product, memory));
        return new Prediction(most == memory ? "memory" : most == product ? "matrix units" : "instructions", most);
    }
}
