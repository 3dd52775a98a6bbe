package pleat.cli.export;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.runtime.cuda.GpuRunner;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** Sums over what every launch of a run wrote: few numbers, with which another machine can tell the first kernel that goes wrong. */
final class LaunchSums implements GpuRunner.WriteListener {
    private final List<List<String>> lines = new ArrayList<>();
    private Step.Launch latest;
    private List<Long> turn = List.of();

    /** Lines of a launch, by its number in the run; none if nothing was run. */
    List<String> of(int launch) {
        return launch < lines.size() ? lines.get(launch) : List.of();
    }

    @Override
    public void written(Step.Launch launch, int argument, Slice slice, MemorySegment memory, List<Long> iterations) {
        if (launch != latest || !turn.equals(iterations)) {
            lines.add(new ArrayList<>());
            latest = launch;
            turn = List.copyOf(iterations);
        }
        // Padding holds what it likes.
        if (slice.layout().isStrided() || slice.stretches().count() > 1) {
            lines.getLast().add(line(argument, slice, memory));
        }
    }

    private static String line(int argument, Slice slice, MemorySegment memory) {
        var stretches = slice.stretches();
        var dtype = slice.type().dtype();
        double sum = 0;
        double size = 0;
        for (long s = 0; s < stretches.count(); s++) {
            var header = TensorHeader.of(dtype, new long[] {stretches.bytes() / dtype.bytes()});
            for (double value : new TensorData(header, memory.asSlice(s * stretches.pitch(), stretches.bytes())).toDoubles()) {
                sum += value;
                size += Math.abs(value);
            }
        }
        return String.format(Locale.ROOT, "sum %d %s %d %d %d %.9e %.9e", argument, dtype.text(), stretches.count(), stretches.pitch(), stretches.bytes(), sum, size);
    }
}
