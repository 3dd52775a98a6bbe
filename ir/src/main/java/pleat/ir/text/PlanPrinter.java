package pleat.ir.text;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Step;

/** Writes a plan and, after it, its kernels, as text that {@link PlanParser} reads back. Canonical, as {@link Printer} is. */
public final class PlanPrinter {
    /** A place in a source that can stand without quotes; other sources are quoted whole. */
    private static final Pattern PLAIN_SOURCE = Pattern.compile("[\\x21-\\x7e&&[^:;\"]]+(:(0|[1-9][0-9]{0,8})){0,2}");

    private final PlacedText out = new PlacedText();
    private final Plan plan;
    private final Names buffers = Names.byEquality();

    private PlanPrinter(Plan plan) {
        this.plan = plan;
    }

    public static String print(Plan plan) {
        var printer = new PlanPrinter(plan);
        printer.print();
        return printer.out.toString();
    }

    /** As {@link #print}, with spans in a source that is called by the plan's name. */
    public static Printer.Printed printWithSpans(Plan plan) {
        var printer = new PlanPrinter(plan);
        printer.print();
        return printer.out.printed("@" + plan.name());
    }

    private void print() {
        out.append("plan ").append(Strings.global(plan.name())).append(" arena ").append(plan.arena().bytes()).append(" live ")
                .append(plan.arena().liveBytes()).append(" unshared ").append(plan.arena().unsharedBytes());
        out.place(plan, 0);
        out.append(" {\n");
        var types = new TypePrinter();
        IntStream.range(0, plan.buffers().size()).forEach(b -> buffer(b, types));
        steps(plan.steps(), "  ");
        out.append("}\n");
        plan.kernels().forEach((name, kernel) -> {
            out.append('\n');
            KernelPrinter.print(kernel, name, out);
        });
    }

    private void buffer(int position, TypePrinter types) {
        var buffer = plan.buffers().get(position);
        var place = buffer.place();
        int start = out.append("  ").length();
        out.append("buffer %").append(buffers.define(position, buffer.name())).append(": ").append(types.print(buffer.type())).append(' ')
                .append(buffer.layout()).append(' ').append(text(place.kind()));
        if (!place.external().isEmpty()) {
            out.append(' ').append(Strings.quoted(place.external()));
        }
        out.append(" at ").append(place.offset()).append(" bytes ").append(place.bytes());
        out.place(buffer, start);
        out.append('\n');
    }

    static String text(Plan.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private void steps(List<Step> steps, String indent) {
        for (Step step : steps) {
            int start = out.append(indent).length();
            switch (step) {
                case Step.Launch launch -> out.append("launch ").append(Strings.global(launch.kernel()))
                        .append(launch.arguments().stream().map(this::argument).collect(Collectors.joining(", ", "(", ")")))
                        .append(source(launch.source()));
                case Step.Copy(Argument from, Argument to) -> out.append("copy ").append(argument(from)).append(" -> ").append(argument(to));
                case Step.Loop loop -> {
                    out.append("loop ").append(loop.count()).append(loop.reversed() ? " reversed" : "").append(" {\n");
                    steps(loop.steps(), indent + "  ");
                    out.append(indent).append('}');
                }
                case Step.Start(int flight, var exchange, Argument from, Argument to, var source) -> out.append("start ").append(flight).append(' ')
                        .append(exchange.signature()).append(" as ").append(exchange.group().self()).append(' ').append(argument(from)).append(" -> ")
                        .append(argument(to)).append(source(source));
                case Step.Await(int flight) -> out.append("await ").append(flight);
            }
            out.place(step, start);
            out.append('\n');
        }
    }

    /**
     * {@code %w[0*i0 + 4096*i1]}: every stride is written, {@code i0} counts the iterations of the outermost loop.
     * {@code %z[65536*i0] (dim 1 from 0 for 32 by i0)} is a window that moves by its own extent.
     */
    private String argument(Argument argument) {
        int b = argument.buffer();
        var name = "%" + (buffers.has(b) ? buffers.of(b) : "undefined." + b);
        var strides = argument.loopStrides();
        var slice = strides.isEmpty() ? name : IntStream.range(0, strides.size()).mapToObj(d -> strides.get(d) + "*i" + d)
                .collect(Collectors.joining(" + ", name + "[", "]"));
        return slice + argument.window().map(w -> " (dim %d from %d for %d by i%d)".formatted(w.dim(), w.start(), w.extent(), w.depth())).orElse("");
    }

    private static String source(String source) {
        return source.isEmpty() ? "" : " @ " + (PLAIN_SOURCE.matcher(source).matches() ? source : Strings.quoted(source));
    }
}
