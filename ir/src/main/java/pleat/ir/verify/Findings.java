package pleat.ir.verify;

import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.text.Spans;

/** Where the rules put what they find. */
final class Findings {
    private final Spans spans;
    private final Diagnostics diagnostics = new Diagnostics();

    Findings(Spans spans) {
        this.spans = spans;
    }

    void report(VerifyCode code, Op op, String format, Object... arguments) {
        diagnostics.report(Diagnostic.of(code, spans.of(op), format, arguments));
    }

    void report(VerifyCode code, Function function, String format, Object... arguments) {
        diagnostics.report(Diagnostic.of(code, spans.of(function), format, arguments));
    }

    Diagnostics diagnostics() {
        return diagnostics;
    }
}
