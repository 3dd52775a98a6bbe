package pleat.ir.verify;

import com.google.common.collect.Range;
import com.google.common.collect.RangeMap;
import com.google.common.collect.TreeRangeMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.plan.InPlace;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Buffer;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;

/**
 * Goes through the steps as a run does and remembers which buffer each byte of the arena belongs to since it was last written: what a step
 * reads must still be there, and after a run so must be all that came from outside. It knows nothing of live ranges, which are what may be
 * wrong.
 */
final class ArenaRules {
    /** More steps than any plan of a model has, and few enough for seconds. */
    private static final long MOST_STEPS = 1 << 22;

    private record Reported(Step step, int buffer) {}

    private final Plan plan;
    private final Findings findings;
    private final RangeMap<Long, Integer> owners = TreeRangeMap.create();
    private final List<Long> iterations = new ArrayList<>();
    private final Set<Reported> reported = new HashSet<>();
    private final Flights flights;

    private ArenaRules(Plan plan, Findings findings) {
        this.plan = plan;
        this.findings = findings;
        this.flights = new Flights(plan, findings);
    }

    static void check(Plan plan, Findings findings) {
        var rules = new ArenaRules(plan, findings);
        rules.scratchIsApart();
        if (stepsToCheck(plan.steps(), 0) > MOST_STEPS) {
            findings.report(PlanCode.SLICE, plan, "the plan steps through slices %.0f times, more often than can be checked",
                    stepsToCheck(plan.steps(), 0));
            return;
        }
        for (int b = 0; b < plan.buffers().size(); b++) {
            if (plan.buffers().get(b).place().kind().isGiven()) {
                rules.write(Argument.whole(b));
            }
        }
        rules.walk(plan.steps());
        for (int b = 0; b < plan.buffers().size(); b++) {
            if (staysToTheEnd(plan.buffers().get(b))) {
                rules.isThereAtTheEnd(b);
            }
        }
    }

    private static boolean staysToTheEnd(Buffer buffer) {
        return switch (buffer.place().kind()) {
            case INPUT, WEIGHT, COTANGENT, STATE, OUTPUT -> true;
            case CONSUMED, TEMPORARY, SCRATCH -> false;
        };
    }

    private void scratchIsApart() {
        for (int s = 0; s < plan.buffers().size(); s++) {
            Buffer scratch = plan.buffers().get(s);
            for (int b = 0; b < plan.buffers().size() && scratch.place().kind() == Kind.SCRATCH; b++) {
                if (b != s && overlap(ranges(Argument.whole(s)), ranges(Argument.whole(b)))) {
                    findings.report(PlanCode.OVERLAP, scratch, "`%%%s` and `%%%s` overlap", scratch.name(), plan.buffers().get(b).name());
                }
            }
        }
    }

    private void walk(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> {
                    Kernel kernel = plan.kernels().get(launch.kernel());
                    var read = arguments(launch, kernel, Mode::isRead);
                    var written = arguments(launch, kernel, mode -> mode == Mode.OUT);
                    run(step, read, written, InPlace.pairs(kernel, launch));
                }
                case Step.Copy(Argument from, Argument to) -> run(step, List.of(from), List.of(to),
                        from.buffer() == to.buffer() ? Set.of() : Set.of(new InPlace.Pair(from, to)));
                case Step.Start start -> {
                    run(step, List.of(start.from()), List.of(start.to()), Set.of());
                    flights.start(start, ranges(start.from()), ranges(start.to()));
                }
                case Step.Await(int flight) -> flights.end(flight);
                case Step.Loop loop -> {
                    int depth = iterations.size();
                    long count = iterationsToCheck(loop, depth);
                    iterations.add(0L);
                    for (long i = 0; i < count; i++) {
                        iterations.set(depth, loop.reversed() ? loop.count() - 1 - i : i);
                        walk(loop.steps());
                    }
                    iterations.removeLast();
                }
            }
        }
    }

    /** Where no slice depends on the iteration, the second one finds what every later one finds. */
    private static long iterationsToCheck(Step.Loop loop, int depth) {
        return isSliced(loop.steps(), depth) ? loop.count() : Math.min(2, loop.count());
    }

    private static boolean isSliced(List<Step> steps, int depth) {
        return steps.stream().anyMatch(step -> switch (step) {
            case Step.Launch launch -> launch.arguments().stream().anyMatch(argument -> isSliced(argument, depth));
            case Step.Copy(Argument from, Argument to) -> isSliced(from, depth) || isSliced(to, depth);
            case Step.Start start -> isSliced(start.from(), depth) || isSliced(start.to(), depth);
            case Step.Await _ -> false;
            case Step.Loop inner -> isSliced(inner.steps(), depth);
        });
    }

    private static boolean isSliced(Argument argument, int depth) {
        return depth < argument.loopStrides().size() && argument.loopStrides().get(depth) != 0;
    }

    private static double stepsToCheck(List<Step> steps, int depth) {
        return steps.stream().mapToDouble(step -> switch (step) {
            case Step.Launch _, Step.Copy _, Step.Start _, Step.Await _ -> 1;
            case Step.Loop loop -> iterationsToCheck(loop, depth) * (1 + stepsToCheck(loop.steps(), depth + 1));
        }).sum();
    }

    private static List<Argument> arguments(Step.Launch launch, Kernel kernel, Predicate<Mode> isWanted) {
        var selected = new ArrayList<Argument>();
        for (int a = 0; a < launch.arguments().size(); a++) {
            if (isWanted.test(kernel.parameters().get(a).mode())) {
                selected.add(launch.arguments().get(a));
            }
        }
        return selected;
    }

    private void run(Step step, List<Argument> read, List<Argument> written, Set<InPlace.Pair> inPlace) {
        read.forEach(argument -> isThere(step, argument));
        read.forEach(argument -> flights.checkRead(step, argument.buffer(), ranges(argument)));
        written.forEach(argument -> flights.checkWrite(step, argument.buffer(), ranges(argument)));
        for (int w = 0; w < written.size(); w++) {
            for (Argument other : read) {
                if (!inPlace.contains(new InPlace.Pair(other, written.get(w))) || !ranges(other).equals(ranges(written.get(w)))) {
                    apart(step, written.get(w), other);
                }
            }
            for (Argument other : written.subList(0, w)) {
                apart(step, written.get(w), other);
            }
        }
        written.forEach(this::write);
    }

    /** The bytes that an argument stands for in the current iterations. */
    private List<Range<Long>> ranges(Argument argument) {
        Buffer buffer = plan.buffers().get(argument.buffer());
        long start = buffer.place().offset() + Slice.startBytes(buffer, argument);
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            start += argument.loopStrides().get(depth) * iterations.get(depth);
        }
        var stretches = Slice.of(buffer, argument).stretches();
        var ranges = new ArrayList<Range<Long>>();
        for (long s = 0; s < stretches.count(); s++) {
            ranges.add(Range.closedOpen(start + s * stretches.pitch(), start + s * stretches.pitch() + stretches.bytes()));
        }
        return ranges;
    }

    static boolean overlap(List<Range<Long>> a, List<Range<Long>> b) {
        // Both are in the order of addresses.
        int i = 0;
        int j = 0;
        while (i < a.size() && j < b.size()) {
            if (a.get(i).isConnected(b.get(j)) && !a.get(i).intersection(b.get(j)).isEmpty()) {
                return true;
            }
            if (a.get(i).upperEndpoint() <= b.get(j).upperEndpoint()) {
                i++;
            } else {
                j++;
            }
        }
        return false;
    }

    private void apart(Step step, Argument written, Argument other) {
        if (overlap(ranges(written), ranges(other)) && reported.add(new Reported(step, written.buffer()))) {
            findings.report(PlanCode.OVERLAP, step, "the step writes `%%%s` where it also has `%%%s`", name(written.buffer()), name(other.buffer()));
        }
    }

    private void write(Argument argument) {
        ranges(argument).stream().filter(range -> !range.isEmpty()).forEach(range -> owners.putCoalescing(range, argument.buffer()));
    }

    private void isThere(Step step, Argument argument) {
        long own = 0;
        long bytes = 0;
        for (Range<Long> range : ranges(argument)) {
            bytes += range.upperEndpoint() - range.lowerEndpoint();
            for (var stretch : owners.subRangeMap(range).asMapOfRanges().entrySet()) {
                if (stretch.getValue() == argument.buffer()) {
                    own += stretch.getKey().upperEndpoint() - stretch.getKey().lowerEndpoint();
                } else if (reported.add(new Reported(step, argument.buffer()))) {
                    findings.report(PlanCode.OVERWRITTEN, step, "`%%%s` is read, but `%%%s` has taken its memory", name(argument.buffer()),
                            name(stretch.getValue()));
                }
            }
        }
        if (own < bytes && reported.add(new Reported(step, argument.buffer()))) {
            findings.report(PlanCode.UNWRITTEN, step, "`%%%s` is read before all of it is written", name(argument.buffer()));
        }
    }

    private void isThereAtTheEnd(int b) {
        Buffer buffer = plan.buffers().get(b);
        var range = ranges(Argument.whole(b)).getFirst();
        var stretches = range.isEmpty() ? List.of(b) : List.copyOf(owners.subRangeMap(range).asMapOfRanges().values());
        boolean isWritten = range.isEmpty() || owners.subRangeMap(range).asMapOfRanges().keySet().stream()
                .mapToLong(stretch -> stretch.upperEndpoint() - stretch.lowerEndpoint()).sum() == range.upperEndpoint() - range.lowerEndpoint();
        stretches.stream().filter(owner -> owner != b).findFirst().ifPresent(owner -> findings.report(PlanCode.OVERWRITTEN, buffer,
                "`%%%s` has taken memory of `%%%s`, which has to be there at the end", name(owner), buffer.name()));
        if (!isWritten) {
            findings.report(PlanCode.UNWRITTEN, buffer, "not all of `%%%s` is written", buffer.name());
        }
    }

    private String name(int buffer) {
        return plan.buffers().get(buffer).name();
    }
}
