package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;

/** The modules of all devices reach the same collectives in the same order, so that no device waits for one that will not come. */
public final class SameCollectives {
    private SameCollectives() {}

    /** What a device does with others, in order. */
    private sealed interface Event {
        /** @param dtype of what is sent */
        record Meets(Transfer transfer, DType dtype, Value result) implements Event {}

        record Repeats(long count, ImmutableList<Event> body) implements Event {}
    }

    /** The first difference between the module of the first device and that of another; empty if there is none. */
    public static Optional<String> difference(List<TensorModule> modules) {
        var expected = events(modules.getFirst().entryFunction(), modules.getFirst());
        return modules.stream().skip(1).flatMap(module -> difference(expected, events(module.entryFunction(), module))
                .map(what -> module.device().map(Object::toString).orElse("a module without a mesh") + ": " + what).stream()).findFirst();
    }

    private static ImmutableList<Event> events(Function function, TensorModule module) {
        var events = new ArrayList<Event>();
        for (Op op : function.body()) {
            switch (op) {
                case Op.Collective collective -> {
                    if (!(collective.transfer() instanceof Transfer.Vary || collective.transfer() instanceof Transfer.Slice)) {
                        events.add(new Event.Meets(collective.transfer(), collective.operand().type().dtype(), collective.result()));
                    }
                }
                case Op.Call call -> events.addAll(events(module.functions().get(call.callee()), module));
                case Op.Repeat repeat -> {
                    var body = events(module.functions().get(repeat.body().callee()), module);
                    if (!body.isEmpty()) {
                        events.add(new Event.Repeats(repeat.body().count(), body));
                    }
                }
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> {
                }
            }
        }
        return ImmutableList.copyOf(events);
    }

    private static Optional<String> difference(List<Event> expected, List<Event> actual) {
        for (int e = 0; e < Math.max(expected.size(), actual.size()); e++) {
            if (e >= expected.size() || e >= actual.size()) {
                return Optional.of(actual.size() + " collectives and repetitions of them, and the first device has " + expected.size());
            }
            var found = difference(expected.get(e), actual.get(e));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> difference(Event expected, Event actual) {
        if (expected instanceof Event.Repeats(long count, var body) && actual instanceof Event.Repeats(long other, var otherBody) && count == other) {
            return difference(body, otherBody);
        }
        boolean same = expected instanceof Event.Meets(var transfer, var dtype, _) && actual instanceof Event.Meets(var to, var type, _)
                && transfer.equals(to) && dtype == type;
        return same ? Optional.empty() : Optional.of(described(actual) + " where the first device has " + described(expected));
    }

    private static String described(Event event) {
        return switch (event) {
            case Event.Meets(var transfer, var dtype, var result) -> "`%" + result.name() + "`, " + transfer + " of " + dtype.text();
            case Event.Repeats(long count, var body) -> body.size() + " collectives " + count + " times";
        };
    }
}
