package pleat.passes.planner;

import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableLongArray;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;

/**
 * A problem as text: what a certificate is about. One line for each variable, region and factor; tables are listed in full, {@code x}
 * for a choice that does not exist.
 */
public final class ProblemText {
    private ProblemText() {}

    /** SHA-256 of the text. */
    public static String hash(PlanningProblem problem) {
        return Hashing.sha256().hashString(print(problem), StandardCharsets.UTF_8).toString();
    }

    /** @throws UserException if the text is not one that {@link #print} writes */
    public static PlanningProblem parse(String text) {
        try {
            return new ProblemParser().parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new UserException("this is not a planning problem: " + malformed.getMessage(), malformed);
        }
    }

    public static String print(PlanningProblem problem) {
        var text = new StringBuilder();
        text.append("problem time ").append(problem.fixedTimePicos()).append(" bytes ").append(problem.fixedBytes()).append(" budget ")
                .append(problem.budgetBytes()).append('\n');
        for (var block : problem.blocks()) {
            text.append("block ").append(quote(block.name())).append(" in ").append(numbers(block.in())).append(" out ")
                    .append(numbers(block.out())).append('\n');
            for (var variable : block.variables()) {
                text.append("  variable ").append(quote(variable.name())).append(' ').append(quoteAll(variable.options())).append('\n');
            }
            for (var region : block.regions()) {
                text.append("  region ").append(quote(region.name())).append(' ').append(quoteAll(region.instants())).append('\n');
                region.factors().forEach(factor -> print(text, factor));
            }
        }
        for (var link : problem.chain()) {
            text.append("link ").append(link.block()).append(" count ").append(link.count()).append('\n');
        }
        return text.toString();
    }

    private static void print(StringBuilder text, Factor factor) {
        text.append("    factor ").append(numbers(factor.scope()));
        text.append(" time ").append(table(factor.timePicos()));
        text.append(" saved ").append(table(factor.savedBytes()));
        for (var bytes : factor.transientBytes()) {
            text.append(" transient ").append(table(bytes));
        }
        text.append('\n');
    }

    private static String numbers(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    private static String table(ImmutableLongArray table) {
        var joined = new StringJoiner(",", "[", "]");
        table.forEach(entry -> joined.add(entry == Factor.FORBIDDEN ? "x" : Long.toString(entry)));
        return joined.toString();
    }

    private static String quoteAll(List<String> names) {
        return names.stream().map(ProblemText::quote).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quote(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
