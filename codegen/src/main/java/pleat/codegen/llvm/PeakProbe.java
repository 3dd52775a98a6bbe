package pleat.codegen.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import pleat.codegen.HostTarget;

/**
 * The f32 rate of this machine's multiply-adds when nothing waits for memory: what a kernel's speed is a fraction of.
 * It is a loop over sums that stay in registers, more of them than a multiply-add has cycles of latency times issue slots.
 */
public final class PeakProbe {
    /** Sums in flight: two per cycle, up to five cycles latency, fit the 16 registers of AVX2 with their two factors. */
    private static final int SUMS = 12;
    private static final int UNROLL = 4;
    /** About 4 ms a measurement: long against starting a thread, short against a change of clock. */
    private static final long TURNS = 200_000;
    private static final int MEASUREMENTS = 12;

    private PeakProbe() {}

    /**
     * Multiply-adds count as two operations. The best of several measurements, because other work on the machine only
     * slows it down.
     */
    public static double flopsPerSecond(LlvmCompiler compiler, HostTarget target, int threads) {
        try (Arena arena = Arena.ofShared(); ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            MethodHandle probe = load(compiler, target, arena);
            double best = 0;
            for (int i = 0; i < MEASUREMENTS; i++) {
                best = Math.max(best, measure(probe, target, threads, workers));
            }
            return best;
        }
    }

    private static double measure(MethodHandle probe, HostTarget target, int threads, ExecutorService workers) {
        var start = new CyclicBarrier(threads);
        var runs = new ArrayList<Callable<long[]>>();
        for (int i = 0; i < threads; i++) {
            runs.add(() -> {
                try (Arena own = Arena.ofConfined()) {
                    MemorySegment values = own.allocate(target.vectorBytes(), target.vectorBytes());
                    start.await();
                    long begin = System.nanoTime();
                    call(probe, values);
                    return new long[] {begin, System.nanoTime()};
                }
            });
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        try {
            for (Future<long[]> run : workers.invokeAll(runs)) {
                first = Math.min(first, run.get()[0]);
                last = Math.max(last, run.get()[1]);
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the peak probe did not finish", e);
        }
        double flops = 2.0 * SUMS * UNROLL * TURNS * target.lanes() * threads;
        return flops / ((last - first) * 1e-9);
    }

    private static void call(MethodHandle probe, MemorySegment values) {
        try {
            probe.invokeExact(values, TURNS);
        } catch (Throwable e) {
            throw new IllegalStateException("a native call threw", e);
        }
    }

    @SuppressWarnings("restricted") // calling native code is the purpose
    private static MethodHandle load(LlvmCompiler compiler, HostTarget target, Arena arena) {
        try {
            Path file = Files.createTempFile("pleat-peak", ".so");
            try {
                compiler.link(List.of(compiler.compileObject(text(target.lanes()), target, OptLevel.EXPLICIT)), file);
                return Linker.nativeLinker().downcallHandle(SymbolLookup.libraryLookup(file, arena).findOrThrow("peak"),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@code void peak(ptr values, i64 turns)}: {@code s = s * x + x} for each sum s, with x and their total at {@code
     * values}.
     */
    static String text(int lanes) {
        String vector = "<%d x float>".formatted(lanes);
        var module = new ModuleText();
        module.declare("declare %1$s @llvm.fmuladd.v%2$df32(%1$s, %1$s, %1$s)".formatted(vector, lanes));
        module.define("@peak", () -> {
            var f = new FunctionText("define void @peak(ptr %values, i64 %turns) nounwind");
            f.label("entry");
            String x = f.let("load %s, ptr %%values", vector);
            f.line("br label %%turn");
            f.label("turn");
            String next = f.fresh();
            String turn = f.let("phi i64 [ 0, %%entry ], [ %s, %%turn ]", next);
            List<String> sums = new ArrayList<>();
            List<String> back = new ArrayList<>();
            for (int i = 0; i < SUMS; i++) {
                back.add(f.fresh());
                sums.add(f.let("phi %s [ splat (float %d.0), %%entry ], [ %s, %%turn ]", vector, i, back.get(i)));
            }
            for (int step = 0; step < UNROLL * SUMS; step++) {
                int i = step % SUMS;
                String sum = "call %1$s @llvm.fmuladd.v%2$df32(%1$s %3$s, %1$s %4$s, %1$s %4$s)".formatted(vector, lanes,
                        sums.get(i), x);
                if (step < (UNROLL - 1) * SUMS) {
                    sums.set(i, f.let("%s", sum));
                } else {
                    f.line("%s = %s", back.get(i), sum);
                }
            }
            f.line("%s = add i64 %s, 1", next, turn);
            f.line("br i1 %s, label %%end, label %%turn", f.let("icmp eq i64 %s, %%turns", next));
            f.label("end");
            String total = back.getFirst();
            for (String sum : back.subList(1, SUMS)) {
                total = f.let("fadd %s %s, %s", vector, total, sum);
            }
            f.line("store %s %s, ptr %%values", vector, total);
            f.line("ret void");
            return f.close();
        });
        return module.text();
    }
}
