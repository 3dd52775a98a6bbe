package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.passes.memory.Buffer;
import pleat.passes.memory.MemoryAssignment;

/** Finds every buffer of a plan its offset in the arena: live ranges are read off the steps, offsets come from {@link MemoryAssignment}. */
public final class Placement {
    private final Plan plan;
    private final int[] first;
    private final int[] last;
    private final Map<Integer, Step.Start> flights = new LinkedHashMap<>();
    private int clock;

    private Placement(Plan plan) {
        this.plan = plan;
        first = new int[plan.buffers().size()];
        last = new int[plan.buffers().size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
    }

    /**
     * The plan with offsets.
     *
     * @param scratchBytes what all threads together need beside the buffers while a kernel runs
     */
    public static Plan place(Plan plan, long scratchBytes) {
        return new Placement(withScratch(plan, scratchBytes)).run();
    }

    private static Plan withScratch(Plan plan, long bytes) {
        var scratch = new Plan.Buffer("scratch", TensorType.of(DType.U8, bytes), Layout.rowMajor(1),
                new Plan.Place(Kind.SCRATCH, "", Scheduler.UNPLACED, bytes));
        var buffers = ImmutableList.<Plan.Buffer>builder().addAll(plan.buffers()).add(scratch).build();
        return new Plan(plan.name(), plan.kernels(), buffers, plan.steps(), plan.arena());
    }

    /**
     * The step at which most is there at once.
     *
     * @param bytes of each buffer that is there, by its position in the plan
     * @param sum of the bytes that are there at each step, over all steps: of two plans with one peak that with the smaller sum has more to spare
     */
    public record Peak(ImmutableMap<Integer, Long> bytes, long sum) {}

    /** The peak of a plan whose buffers may have no places yet, with no room for scratch. */
    public static Peak peak(Plan plan) {
        var peak = ImmutableMap.<Integer, Long>of();
        long most = -1;
        long total = 0;
        for (var there : there(plan)) {
            long sum = sum(there);
            total += sum;
            if (sum > most) {
                most = sum;
                peak = ImmutableMap.copyOf(there);
            }
        }
        return new Peak(peak, total);
    }

    /** The bytes of all buffers that are there at each step, in the order of the text, the first for the start; behind a loop there is one more. */
    public static ImmutableLongArray live(Plan plan) {
        return ImmutableLongArray.copyOf(there(plan).stream().mapToLong(Placement::sum));
    }

    private static long sum(Map<Integer, Long> there) {
        return there.values().stream().mapToLong(Long::longValue).sum();
    }

    /** For each step the buffers that are there. */
    private static List<Map<Integer, Long>> there(Plan plan) {
        var placement = new Placement(plan);
        var requests = placement.requests();
        var handed = new LinkedHashSet<Integer>();
        placement.handedOn(requests).forEach(sharing -> handed.add(sharing.later()));
        var all = new ArrayList<Map<Integer, Long>>();
        for (int at = 0; at <= placement.clock; at++) {
            var there = new LinkedHashMap<Integer, Long>();
            for (int b = 0; b < requests.size(); b++) {
                int first = requests.get(b).first() + (handed.contains(b) ? 1 : 0);
                if (first <= at && at <= requests.get(b).last()) {
                    there.put(b, requests.get(b).bytes());
                }
            }
            all.add(there);
        }
        return all;
    }

    private List<Buffer> requests() {
        walk(plan.steps());
        int end = clock;
        var requests = new ArrayList<Buffer>();
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            int from = switch (buffer.place().kind()) {
                case INPUT, CONSUMED, WEIGHT, COTANGENT, SCRATCH, STATE -> 0;
                case OUTPUT, TEMPORARY -> Math.min(first[b], end);
            };
            int to = switch (buffer.place().kind()) {
                case INPUT, WEIGHT, COTANGENT, SCRATCH, OUTPUT, STATE -> end;
                case TEMPORARY, CONSUMED -> Math.max(last[b], from);
            };
            requests.add(new Buffer(buffer.name(), Math.max(1, buffer.place().bytes()), from, to));
        }
        return requests;
    }

    private Plan run() {
        var requests = requests();
        var assigned = MemoryAssignment.assign(requests, handedOn(requests));
        var placed = ImmutableList.<Plan.Buffer>builder();
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            var place = buffer.place();
            placed.add(new Plan.Buffer(buffer.name(), buffer.type(), buffer.layout(),
                    new Plan.Place(place.kind(), place.external(), assigned.offset(b), place.bytes())));
        }
        long arena = Math.addExact(assigned.arenaBytes(), Plan.SLACK_BYTES);
        var sizes = new Plan.Arena(arena, assigned.liveBytes(), unshared(requests));
        return new Plan(plan.name(), plan.kernels(), placed.build(), plan.steps(), sizes);
    }

    private static long unshared(List<Buffer> requests) {
        return requests.stream().mapToLong(buffer -> Math.ceilDiv(buffer.bytes(), Plan.ALIGNMENT_BYTES) * Plan.ALIGNMENT_BYTES)
                .reduce(Plan.SLACK_BYTES, Math::addExact);
    }

    /** Copies of a buffer that ends with the copy to one that begins with it: in one place they cost nothing. */
    private List<MemoryAssignment.Sharing> handedOn(List<Buffer> buffers) {
        var sharings = new ArrayList<MemoryAssignment.Sharing>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.Copy(Argument from, Argument to) && endsWithItsReaders(from) && buffers.get(from.buffer()).last() == buffers.get(to.buffer()).first()
                    && buffers.get(from.buffer()).bytes() == buffers.get(to.buffer()).bytes()) {
                sharings.add(new MemoryAssignment.Sharing(from.buffer(), to.buffer()));
            }
        }
        return sharings;
    }

    /** Whether nobody outside looks for the buffer after the run. */
    private boolean endsWithItsReaders(Argument argument) {
        return switch (plan.buffers().get(argument.buffer()).place().kind()) {
            case TEMPORARY, CONSUMED -> true;
            case INPUT, WEIGHT, COTANGENT, OUTPUT, SCRATCH, STATE -> false;
        };
    }

    private void walk(List<Step> steps) {
        for (Step step : steps) {
            clock++;
            switch (step) {
                case Step.Launch launch -> launch.arguments().forEach(this::touch);
                case Step.Copy(Argument from, Argument to) -> {
                    touch(from);
                    touch(to);
                }
                // On its way a tensor takes place at both ends.
                case Step.Start start -> {
                    flights.put(start.flight(), start);
                    touch(start.from());
                    touch(start.to());
                }
                case Step.Await(int flight) -> {
                    touch(flights.get(flight).from());
                    touch(flights.get(flight).to());
                }
                case Step.Loop loop -> walkLoop(loop);
            }
        }
    }

    private void touch(Argument argument) {
        first[argument.buffer()] = Math.min(first[argument.buffer()], clock);
        last[argument.buffer()] = Math.max(last[argument.buffer()], clock);
    }

    // What an iteration reads before it writes came from outside or from the iteration before, and a slice is one of many:
    // such buffers are needed from the first iteration to the last.
    private void walkLoop(Step.Loop loop) {
        int start = clock;
        walk(loop.steps());
        clock++;
        var seen = new boolean[plan.buffers().size()];
        extend(loop.steps(), seen, start, clock);
    }

    private void extend(List<Step> steps, boolean[] seen, int from, int to) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> {
                    var parameters = plan.kernels().get(launch.kernel()).parameters();
                    for (int a = 0; a < launch.arguments().size(); a++) {
                        note(launch.arguments().get(a), parameters.get(a).mode() == Kernel.Mode.OUT, seen, from, to);
                    }
                }
                case Step.Copy(Argument source, Argument target) -> {
                    note(source, false, seen, from, to);
                    note(target, true, seen, from, to);
                }
                case Step.Start start -> {
                    note(start.from(), false, seen, from, to);
                    note(start.to(), true, seen, from, to);
                }
                case Step.Await _ -> {
                }
                case Step.Loop inner -> extend(inner.steps(), seen, from, to);
            }
        }
    }

    private void note(Argument argument, boolean isWrite, boolean[] seen, int from, int to) {
        int b = argument.buffer();
        boolean isSlice = argument.loopStrides().stream().anyMatch(s -> s != 0);
        if (isSlice || (!seen[b] && !isWrite)) {
            first[b] = Math.min(first[b], from);
            last[b] = Math.max(last[b], to);
        }
        seen[b] = true;
    }
}
