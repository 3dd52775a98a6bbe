package pleat.passes;

import java.util.stream.Collectors;

/** A pass stands where it cannot: something that it needs is not true of the module. */
public final class UnmetNeed extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnmetNeed(Pass pass, Invariant need, String violation) {
        super("pass `" + pass.word() + "` needs that " + need.meaning() + ", but " + violation + givers(need));
    }

    private static String givers(Invariant need) {
        var givers = PassTable.entries().stream().filter(entry -> entry.gives().contains(need))
                .map(entry -> "`" + entry.word() + "`")
                .collect(Collectors.joining(" or "));
        return givers.isEmpty() ? "" : "\n  = help: run " + givers + " before it";
    }
}
