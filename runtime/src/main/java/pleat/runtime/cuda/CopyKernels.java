package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.runtime.collective.BlockCopy;
import pleat.runtime.collective.BlockCopy.Loop;

/** Copies of blocks that lie in many stretches: one launch, each thread moves as much as fits all strides. */
final class CopyKernels {
    private static final int THREADS = 256;
    /** Fewer than that are copied one by one. */
    private static final int FEW = 4;
    private static final ImmutableList<Integer> WIDTHS = ImmutableList.of(16, 8, 4, 2, 1);

    private final Driver driver;
    private final ImmutableMap<String, Driver.Kernel> kernels;

    private CopyKernels(Driver driver, ImmutableMap<String, Driver.Kernel> kernels) {
        this.driver = driver;
        this.kernels = kernels;
    }

    /** Those that some copies need. */
    static CopyKernels of(List<BlockCopy> copies, Driver driver) {
        var depths = copies.stream().filter(CopyKernels::isScattered).map(copy -> copy.loops().size() + 1).distinct().sorted().toList();
        var kernels = ImmutableMap.<String, Driver.Kernel>builder();
        for (int depth : depths) {
            var module = driver.load(ptx(depth));
            WIDTHS.forEach(width -> kernels.put(name(width, depth), module.kernel(name(width, depth))));
        }
        return new CopyKernels(driver, kernels.build());
    }

    private static boolean isScattered(BlockCopy copy) {
        return copy.bytes() > 0 && copy.loops().stream().mapToLong(Loop::count).reduce(1, (a, b) -> a * b) > FEW;
    }

    void run(BlockCopy copy, long source, long target) {
        if (!isScattered(copy)) {
            copy.forEach((from, to, bytes) -> driver.copy(target + to, source + from, bytes));
            return;
        }
        long from = source + copy.from();
        long to = target + copy.to();
        int width = WIDTHS.stream().filter(w -> fits(copy, w) && from % w == 0 && to % w == 0).findFirst().orElseThrow();
        var loops = new ArrayList<>(copy.loops());
        loops.add(new Loop(copy.bytes() / width, width, width));
        long units = loops.stream().mapToLong(Loop::count).reduce(1, (a, b) -> a * b);
        var parameters = new Parameters().i64(from).i64(to).i64(units);
        loops.forEach(loop -> parameters.i64(loop.count()).i64(loop.from()).i64(loop.to()));
        driver.launch(new Driver.Launch(kernels.get(name(width, loops.size())), Driver.Extent.of(Math.toIntExact(Math.ceilDiv(units, THREADS))),
                Driver.Extent.of(THREADS), 0, parameters.toBytes()));
    }

    private static boolean fits(BlockCopy copy, int width) {
        return copy.bytes() % width == 0 && copy.loops().stream().allMatch(loop -> loop.from() % width == 0 && loop.to() % width == 0);
    }

    private static String name(int width, int depth) {
        return "copy_" + width + "_" + depth;
    }

    static String ptx(int depth) {
        var text = new StringBuilder(".version 7.8\n.target sm_80\n.address_size 64\n");
        WIDTHS.forEach(width -> text.append(kernel(width, depth)));
        return text.toString();
    }

    private static String kernel(int width, int depth) {
        var parameters = new StringBuilder(".param .u64 source, .param .u64 target, .param .u64 units");
        IntStream.range(0, depth).forEach(d -> parameters.append(", .param .u64 count%d, .param .u64 from%d, .param .u64 to%d".formatted(d, d, d)));
        var loops = new StringBuilder();
        for (int d = depth - 1; d >= 0; d--) {
            loops.append("""
                        ld.param.u64 %rd5, [countD];
                        ld.param.u64 %rd6, [fromD];
                        ld.param.u64 %rd7, [toD];
                        rem.u64 %rd8, %rd0, %rd5;
                        div.u64 %rd0, %rd0, %rd5;
                        mad.lo.s64 %rd3, %rd8, %rd6, %rd3;
                        mad.lo.s64 %rd4, %rd8, %rd7, %rd4;
                    """.replace("D]", d + "]"));
        }
        return """
                .visible .entry NAME(PARAMETERS)
                {
                    .reg .pred %p<1>;
                    .reg .b16 %h<1>;
                    .reg .b32 %r<7>;
                    .reg .b64 %rd<9>;
                INDEX    ld.param.u64 %rd3, [source];
                    ld.param.u64 %rd4, [target];
                LOOPS    MOVE
                $end:
                    ret;
                }
                """.replace("INDEX", GridIndex.of("units")).replace("NAME", name(width, depth)).replace("PARAMETERS", parameters).replace("LOOPS", loops)
                .replace("MOVE", move(width));
    }

    private static String move(int width) {
        return switch (width) {
            case 16 -> "ld.global.v4.b32 {%r3, %r4, %r5, %r6}, [%rd3];\n    st.global.v4.b32 [%rd4], {%r3, %r4, %r5, %r6};";
            case 8 -> "ld.global.b64 %rd5, [%rd3];\n    st.global.b64 [%rd4], %rd5;";
            case 4 -> "ld.global.b32 %r3, [%rd3];\n    st.global.b32 [%rd4], %r3;";
            case 2 -> "ld.global.b16 %h0, [%rd3];\n    st.global.b16 [%rd4], %h0;";
            case 1 -> "ld.global.u8 %h0, [%rd3];\n    st.global.u8 [%rd4], %h0;";
            default -> throw new IllegalArgumentException(width + " bytes are not moved at once");
        };
    }
}
