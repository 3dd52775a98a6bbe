package pleat.ir.interp;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Box;
import pleat.ir.plan.Exchange;

/** Exchanges between devices that are interpreted together, element by element. */
final class ExchangeInterpreter {
    /**
     * The n-th exchange of a group.
     */
    private record Key(List<Integer> devices, int number) {}

    private record Turn(List<Integer> devices, int self) {}

    /** What a member holds between start and await. */
    record Ticket(Meeting meeting, int member) {}

    /** Operands by member; complete when every member has given its own. */
    static final class Meeting {
        private final Exchange first;
        private final String what;
        private final long[] whole;
        private final double[][] operands;

        private Meeting(Exchange first, String what, long[] whole) {
            this.first = first;
            this.what = what;
            this.whole = whole;
            operands = new double[first.group().size()][];
        }

        private boolean isComplete() {
            return Arrays.stream(operands).allMatch(operand -> operand != null);
        }
    }

    private final Map<Key, Meeting> meetings = new LinkedHashMap<>();
    private final Map<Turn, Integer> turns = new LinkedHashMap<>();

    Ticket start(Exchange exchange, double[] operand, long[] shape) {
        var group = exchange.group();
        int number = turns.merge(new Turn(group.devices(), group.self()), 1, Integer::sum);
        long[] whole = exchange.whole(shape);
        var what = exchange.signature() + " of " + Arrays.toString(whole);
        var meeting = meetings.computeIfAbsent(new Key(group.devices(), number), _ -> new Meeting(exchange, what, whole));
        if (!meeting.what.equals(what)) {
            throw new IllegalStateException("exchange %d among %s is `%s` for device %d, and `%s` for device %d".formatted(number, group.devices(),
                    meeting.what, meeting.first.group().device(), what, group.device()));
        }
        meeting.operands[group.self()] = operand;
        return new Ticket(meeting, group.self());
    }

    /** Row-major elements of a member's result; empty as long as another member has not started. */
    Optional<double[]> result(Ticket ticket) {
        return ticket.meeting().isComplete() ? Optional.of(result(ticket.meeting(), ticket.member())) : Optional.empty();
    }

    /** Elements of several members are combined in the order of the group. */
    private static double[] result(Meeting meeting, int receiver) {
        var exchange = meeting.first;
        var resultShape = exchange.result(receiver, meeting.whole).extent().toArray();
        var result = new double[Math.toIntExact(Box.of(resultShape).elements())];
        var reduction = exchange.pattern().reduction();
        Arrays.fill(result, reduction.identity());
        for (int sender = 0; sender < meeting.operands.length; sender++) {
            var move = exchange.move(sender, receiver, meeting.whole);
            var operandShape = exchange.operand(sender, meeting.whole).extent().toArray();
            combine(reduction, move, new View(meeting.operands[sender], operandShape), new View(result, resultShape));
        }
        return result;
    }

    private record View(double[] values, long[] shape) {
        int at(Box box, long[] point) {
            long[] strides = Layout.rowMajor(shape.length).dimStrides(shape);
            long at = 0;
            for (int d = 0; d < point.length; d++) {
                at += (box.start().get(d) + point[d]) * strides[d];
            }
            return (int) at;
        }
    }

    private static void combine(Reduction reduction, Exchange.Move move, View from, View to) {
        long elements = move.elements();
        var extents = move.from().extent();
        var point = new long[extents.length()];
        for (long e = 0; e < elements; e++) {
            int at = to.at(move.to(), point);
            to.values()[at] = reduction.combine(to.values()[at], from.values()[from.at(move.from(), point)]);
            for (int d = point.length - 1; d >= 0 && ++point[d] == extents.get(d); d--) {
                point[d] = 0;
            }
        }
    }

    /** Exchanges for which somebody has not come. */
    String waiting() {
        return meetings.values().stream().filter(meeting -> !meeting.isComplete()).map(meeting -> "`" + meeting.what + "` waits for "
                + missing(meeting)).collect(Collectors.joining("; "));
    }

    private static String missing(Meeting meeting) {
        var devices = meeting.first.group().devices();
        return java.util.stream.IntStream.range(0, devices.size()).filter(m -> meeting.operands[m] == null).mapToObj(m -> "device " + devices.get(m))
                .collect(Collectors.joining(", "));
    }
}
