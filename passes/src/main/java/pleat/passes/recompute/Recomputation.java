package pleat.passes.recompute;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.passes.NamedValues;
import pleat.passes.grad.KeepSet;

/**
 * What gradients keep, and how they compute the rest again.
 *
 * @param ends values behind which a stretch of the way forward ends, of the module as {@link PlaceLate} is given it
 */
public record Recomputation(KeepSet keep, NamedValues ends) {
    /** Everything in a repetition is computed again, an iteration at a time. */
    public static final Recomputation OF_ITERATIONS = new Recomputation(KeepSet.NONE, NamedValues.NONE);

    /** Lines {@code keep all}, {@code keep Block/x} and {@code end Block_adjoint/y}, as {@link #text} writes them. */
    public static Recomputation parse(String text) {
        String keep = "none";
        var kept = ImmutableSetMultimap.<String, String>builder();
        var ends = ImmutableSetMultimap.<String, String>builder();
        for (String line : text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()) {
            switch (line.split("\\s+", 2)[0]) {
                case "keep" -> {
                    String what = line.substring(4).strip();
                    if (what.equals("all") || what.equals("none")) {
                        keep = what;
                    } else {
                        kept.putAll(NamedValues.parse(what).names());
                    }
                }
                case "end" -> ends.putAll(NamedValues.parse(line.substring(3)).names());
                default -> throw new UserException("`" + line + "` says nothing of recomputation"
                        + "\n  = help: lines are `keep all`, `keep Block/x` and `end Block_adjoint/y`");
            }
        }
        var named = new NamedValues(kept.build());
        return new Recomputation(named.equals(NamedValues.NONE) ? KeepSet.parse(keep) : new KeepSet.Named(named), new NamedValues(ends.build()));
    }

    public String text() {
        String kept = switch (keep) {
            case KeepSet.All _ -> "keep all\n";
            case KeepSet.Named(var values) -> lines("keep", values);
        };
        return kept + lines("end", ends);
    }

    private static String lines(String word, NamedValues values) {
        return values.names().asMap().entrySet().stream().map(entry -> entry.getValue().stream().map(name -> entry.getKey() + "/" + name)
                .collect(Collectors.joining(" ", word + " ", "\n"))).collect(Collectors.joining());
    }
}
