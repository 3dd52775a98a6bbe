package pleat.passes.schedule;

import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Who needs a value until when. */
final class Lifetimes {
    private Lifetimes() {}

    /** Whether the carried operand {@code value} of {@code repeat} is needed by nothing else in the function at or after it. */
    static boolean endAt(Function function, Value value, Op.Repeat repeat) {
        boolean isReturned = function.results().contains(value);
        long inRepeat = repeat.operands().stream().filter(v -> v == value).count();
        int at = function.body().indexOf(repeat);
        // Steps may run later than the text has them, so a reader counts wherever it stands, unless the repetition itself waits for it.
        boolean isReadElsewhere = function.body().stream().anyMatch(op -> op != repeat && op.operands().contains(value) && !feeds(function, op, at));
        return !isReturned && inRepeat == 1 && !isReadElsewhere;
    }

    private static boolean feeds(Function function, Op op, int target) {
        var reached = new java.util.LinkedHashSet<Value>(op.results());
        for (int o = function.body().indexOf(op) + 1; o <= target; o++) {
            var later = function.body().get(o);
            if (later.operands().stream().anyMatch(reached::contains)) {
                reached.addAll(later.results());
                if (o == target) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the step that makes {@code made} comes strictly after the last step of the body that reads {@code read}. */
    static boolean endBefore(GroupedModule grouped, Function body, Value read, Value made) {
        return lastRead(grouped, body, read) < firstMade(grouped, body, made) && !body.results().contains(read);
    }

    /** Position of the last step that reads a value; -1 if none does. */
    static int lastRead(GroupedModule grouped, Function function, Value value) {
        var steps = grouped.functions().get(function.name());
        return IntStream.range(0, steps.size()).filter(s -> grouped.reads(steps.get(s)).contains(value)).max().orElse(-1);
    }

    /** Position of the first step that makes a value or a part of it; -1 if none does. */
    static int firstMade(GroupedModule grouped, Function function, Value value) {
        var steps = grouped.functions().get(function.name());
        return IntStream.range(0, steps.size()).filter(s -> grouped.makes(steps.get(s)).contains(value)).findFirst().orElse(-1);
    }
}
