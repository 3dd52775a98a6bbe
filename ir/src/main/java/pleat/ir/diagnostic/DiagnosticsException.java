package pleat.ir.diagnostic;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A source was refused; the message is its diagnostics as a user reads them. */
public final class DiagnosticsException extends UserException {
    private static final long serialVersionUID = 1L;

    private final transient ImmutableList<Diagnostic> diagnostics;

    public DiagnosticsException(List<Diagnostic> diagnostics) {
        super(DiagnosticRenderer.render(diagnostics));
        checkArgument(!diagnostics.isEmpty(), "nothing to report");
        this.diagnostics = ImmutableList.copyOf(diagnostics);
    }

    public DiagnosticsException(Diagnostic diagnostic) {
        this(ImmutableList.of(diagnostic));
    }

    /** By position. */
    public ImmutableList<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
