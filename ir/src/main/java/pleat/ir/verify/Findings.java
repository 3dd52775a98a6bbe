package pleat.ir.verify;

import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.text.Spans;

/** Where the rules put what they find. */
final class Findings {
    private final Spans spans;
    private final Diagnostics diagnostics = new Diagnostics();

    Findings(Spans spans) {
        this.spans = spans;
    }

    /** @param where what the diagnostic points at: whatever {@link Spans} know */
    void report(Code code, Object where, String format, Object... arguments) {
        diagnostics.report(Diagnostic.of(code, spans.of(where), format, arguments));
    }

    Diagnostics diagnostics() {
        return diagnostics;
    }
}
