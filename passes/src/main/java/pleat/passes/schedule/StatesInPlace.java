package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Step;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Value;

/**
 * States of the entry stay where they are. The new value of one is made there where the program that makes it may do so ({@link Overwriting}); else it
 * is made beside it and put in its place by a copy, as soon as nothing reads the old one any more. So a run needs room for all states once, and for the
 * new values of few.
 */
final class StatesInPlace {
    private final Function entry;
    private final Map<Value, Argument> places;
    private final Map<String, Function.Parameter> states = new LinkedHashMap<>();
    private final Map<Function.Parameter, Value> next = new LinkedHashMap<>();

    /** @param places of all values of the entry; scheduling adds those of new values */
    StatesInPlace(Function entry, Map<Value, Argument> places) {
        this.entry = entry;
        this.places = places;
        entry.parameters().stream().filter(parameter -> parameter.role() == Role.STATE).forEach(parameter -> states.put(parameter.external(), parameter));
    }

    /** The states of the entry, by their next values; where one value is the next of two, of none. */
    static Map<Value, Value> byNext(Function entry) {
        var byNext = new LinkedHashMap<Value, Value>();
        for (var result : entry.returns()) {
            boolean isOnce = entry.returns().stream().filter(other -> other.value() == result.value()).count() == 1;
            entry.parameters().stream().filter(parameter -> parameter.role() == Role.STATE && parameter.external().equals(result.external()) && isOnce)
                    .forEach(parameter -> byNext.put(result.value(), parameter.value()));
        }
        return byNext;
    }

    /** Whether a result is the next value of a state, and so no buffer of its own. */
    boolean takes(Function.Return result) {
        var state = states.get(result.external());
        if (state != null) {
            next.put(state, result.value());
        }
        return state != null;
    }

    /** The steps with the copies that end the old values. */
    ImmutableList<Step> within(List<Step> steps, Map<String, Kernel> kernels) {
        var after = new LinkedHashMap<Integer, List<Step>>();
        next.forEach((state, value) -> {
            var from = places.get(value);
            var to = places.get(state.value());
            if (!from.equals(to)) {
                int last = -1;
                for (int s = 0; s < steps.size(); s++) {
                    last = touches(steps.get(s), from.buffer(), kernels, true) || touches(steps.get(s), to.buffer(), kernels, false) ? s : last;
                }
                after.computeIfAbsent(last, _ -> new ArrayList<>()).add(new Step.Copy(from, to));
            }
        });
        var all = ImmutableList.<Step>builder().addAll(after.getOrDefault(-1, List.of()));
        for (int s = 0; s < steps.size(); s++) {
            all.add(steps.get(s)).addAll(after.getOrDefault(s, List.of()));
        }
        return all.build();
    }

    /** @param written whether the step writes the buffer, otherwise whether it reads it */
    private static boolean touches(Step step, int buffer, Map<String, Kernel> kernels, boolean written) {
        return switch (step) {
            case Step.Launch launch -> {
                var parameters = kernels.get(launch.kernel()).parameters();
                boolean found = false;
                for (int a = 0; a < parameters.size(); a++) {
                    found |= launch.arguments().get(a).buffer() == buffer && written == (parameters.get(a).mode() == Kernel.Mode.OUT);
                }
                yield found;
            }
            case Step.Copy(Argument from, Argument to) -> (written ? to : from).buffer() == buffer;
            case Step.Start start -> (written ? start.to() : start.from()).buffer() == buffer;
            case Step.Await _ -> false;
            case Step.Loop loop -> loop.steps().stream().anyMatch(inner -> touches(inner, buffer, kernels, written));
        };
    }
}
