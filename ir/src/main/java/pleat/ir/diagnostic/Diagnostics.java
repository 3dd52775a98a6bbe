package pleat.ir.diagnostic;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects diagnostics, so that one run of a checker reports everything it finds. */
public final class Diagnostics {
    private static final Comparator<Diagnostic> BY_POSITION = Comparator
            .<Diagnostic, String>comparing(d -> d.span().source().name()).thenComparing(d -> d.span().start());

    private final List<Diagnostic> reported = new ArrayList<>();

    public void report(Diagnostic diagnostic) {
        reported.add(diagnostic);
    }

    public boolean hasErrors() {
        return reported.stream().anyMatch(d -> d.severity() == Severity.ERROR);
    }

    /** Everything reported, by position; what was reported twice is listed once. */
    public ImmutableList<Diagnostic> sorted() {
        return reported.stream().distinct().sorted(BY_POSITION).collect(ImmutableList.toImmutableList());
    }

    /** Ends a stage: what follows need not ask whether its input is right. */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new DiagnosticsException(sorted());
        }
    }
}
