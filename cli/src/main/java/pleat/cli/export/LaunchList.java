package pleat.cli.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.StepCursor;

/** The steps of a plan as lines of a manifest: loops are unrolled, and arguments are bytes from the start of the arena. */
final class LaunchList {
    private final Plan plan;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final long scratch;

    private LaunchList(Compiled compiled) {
        plan = compiled.plan();
        plan.kernels().keySet().forEach(name -> numbers.put(name, numbers.size()));
        scratch = plan.buffers().stream().filter(b -> b.place().kind() == Kind.SCRATCH).findFirst().map(b -> b.place().offset()).orElse(-1L);
    }

    /** @param sums what each launch should have written, as lines that follow it */
    static List<String> of(Compiled compiled, LaunchSums sums) {
        var list = new LaunchList(compiled);
        var lines = new ArrayList<String>();
        var cursor = new StepCursor(compiled.plan().steps());
        int launch = 0;
        for (var step = cursor.next(); step.isPresent(); step = cursor.next()) {
            switch (step.get()) {
                case Step.Launch one -> {
                    lines.add(list.launch(one, cursor.iterations()));
                    lines.addAll(sums.of(launch++));
                }
                case Step.Copy(Argument from, Argument to) -> list.copy(from, to, cursor.iterations(), lines);
                case Step.Loop _, Step.Start _, Step.Await _ -> throw new IllegalStateException("a plan of one device has no " + step.get());
            }
        }
        return lines;
    }

    private String launch(Step.Launch launch, List<Long> iterations) {
        long bytes = launch.arguments().stream().mapToLong(argument -> Slice.of(buffer(argument), argument).bytes()).sum();
        var line = new StringBuilder("launch " + numbers.get(launch.kernel()) + " " + bytes);
        launch.arguments().forEach(argument -> line.append(' ').append(Slice.offsetBytes(buffer(argument), argument, iterations)));
        return line.append(' ').append(scratch).toString();
    }

    private void copy(Argument from, Argument to, List<Long> iterations, List<String> lines) {
        var read = Slice.of(buffer(from), from).stretches();
        var written = Slice.of(buffer(to), to).stretches();
        long source = Slice.offsetBytes(buffer(from), from, iterations);
        long target = Slice.offsetBytes(buffer(to), to, iterations);
        long bytes = Math.min(read.bytes(), written.bytes());
        for (long at = 0; source != target && at < read.count() * read.bytes(); at += bytes) {
            lines.add("copy %d %d %d".formatted(target + at / written.bytes() * written.pitch() + at % written.bytes(),
                    source + at / read.bytes() * read.pitch() + at % read.bytes(), bytes));
        }
    }

    private Plan.Buffer buffer(Argument argument) {
        return plan.buffers().get(argument.buffer());
    }
}
