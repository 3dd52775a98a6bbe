package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op.Collective;
import pleat.ir.tensor.Value;
import pleat.passes.schedule.GroupedModule.Step;

/**
 * Where collectives are started and awaited among the other steps of a function: started when the operand is there, awaited before the first
 * step that reads the result. Collectives keep their order, and so do they and the loops beside them: the other devices rely on it.
 */
final class Overlap {
    /** How many may be under way. The second can begin when the first has ended; a third would only take memory. */
    private static final int UNDER_WAY = 2;

    private final List<Step> computing = new ArrayList<>();
    private final List<Collective> collectives = new ArrayList<>();
    /** By collective: before which of the computing steps it stood. */
    private final List<Integer> stood = new ArrayList<>();
    private final Map<Value, Integer> makers = new LinkedHashMap<>();
    private final Map<Value, Collective> received = new LinkedHashMap<>();
    private final Map<Collective, Integer> starts = new LinkedHashMap<>();
    private final Map<Collective, Integer> awaits = new LinkedHashMap<>();

    private Overlap(List<Step> steps) {
        for (Step step : steps) {
            if (step instanceof Step.Alone(Collective collective)) {
                collectives.add(collective);
                stood.add(computing.size());
                received.put(collective.result(), collective);
            } else {
                made(step).forEach(value -> makers.put(value, computing.size()));
                computing.add(step);
            }
        }
    }

    /**
     * The steps with each collective split in two.
     *
     * @param overlap false: both halves stand where the collective stood
     */
    static ImmutableList<Step> of(Function function, List<Step> steps, boolean overlap) {
        var placed = new Overlap(steps);
        if (placed.collectives.isEmpty()) {
            return ImmutableList.copyOf(steps);
        }
        return overlap ? placed.apart(function) : together(steps);
    }

    private static ImmutableList<Step> together(List<Step> steps) {
        var result = ImmutableList.<Step>builder();
        for (Step step : steps) {
            if (step instanceof Step.Alone(Collective collective)) {
                result.add(new Step.Start(collective), new Step.Await(collective));
            } else {
                result.add(step);
            }
        }
        return result.build();
    }

    private ImmutableList<Step> apart(Function function) {
        for (int c = 0; c < collectives.size(); c++) {
            var collective = collectives.get(c);
            awaits.put(collective, Math.max(stood.get(c), firstReader(collective.result())));
            starts.put(collective, start(c));
        }
        return merged(new LinkedHashSet<>(function.results()));
    }

    /** The step before which the collective can start. */
    private int start(int c) {
        var operand = collectives.get(c).operand();
        int earliest = makers.containsKey(operand) ? makers.get(operand) + 1 : 0;
        if (received.containsKey(operand)) {
            earliest = starts.get(received.get(operand));
        }
        if (c > 0) {
            earliest = Math.max(earliest, starts.get(collectives.get(c - 1)));
        }
        for (int s = earliest; s < stood.get(c); s++) {
            if (computing.get(s) instanceof Step.Loop) {
                earliest = s + 1;
            }
        }
        int room = c < UNDER_WAY ? 0 : awaits.get(collectives.get(c - UNDER_WAY));
        return Math.max(earliest, Math.min(room, stood.get(c)));
    }

    private int firstReader(Value value) {
        for (int s = 0; s < computing.size(); s++) {
            if (read(computing.get(s)).contains(value)) {
                return s;
            }
        }
        return computing.size();
    }

    private ImmutableList<Step> merged(Set<Value> returned) {
        var result = ImmutableList.<Step>builder();
        var awaited = new LinkedHashSet<Collective>();
        int next = 0;
        for (int s = 0; s <= computing.size(); s++) {
            for (; next < collectives.size() && starts.get(collectives.get(next)) == s; next++) {
                var before = received.get(collectives.get(next).operand());
                if (before != null && awaited.add(before)) {
                    result.add(new Step.Await(before));
                }
                result.add(new Step.Start(collectives.get(next)));
            }
            for (Collective collective : collectives.subList(0, next)) {
                if (awaits.get(collective) <= s && awaited.add(collective)) {
                    result.add(new Step.Await(collective));
                }
            }
            if (s < computing.size()) {
                result.add(computing.get(s));
            }
        }
        return result.build();
    }

    /** What a step makes that other steps can see. */
    static Set<Value> made(Step step) {
        return switch (step) {
            case Step.Program(var program) -> program.escaping();
            case Step.Alone(var op) -> new LinkedHashSet<>(op.results());
            case Step.Loop(var repeat) -> new LinkedHashSet<>(repeat.results());
            case Step.Start(var collective) -> Set.of(collective.result());
            case Step.Await _, Step.View _ -> Set.of();
        };
    }

    /** What has to be there when a step runs; an operand under way has to be until it has arrived. */
    static Set<Value> read(Step step) {
        return switch (step) {
            case Step.Program(var program) -> {
                var read = new LinkedHashSet<Value>();
                program.ops().forEach(op -> read.addAll(op.operands()));
                yield read;
            }
            case Step.Alone(var op) -> new LinkedHashSet<>(op.operands());
            case Step.Loop(var repeat) -> new LinkedHashSet<>(repeat.operands());
            case Step.Start(var collective) -> Set.of(collective.operand());
            case Step.Await(var collective) -> Set.of(collective.operand());
            case Step.View _ -> Set.of();
        };
    }
}
