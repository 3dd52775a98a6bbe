package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.text.Spans;

/** Checks everything that must hold of a tensor module at every stage; one class for each group of rules. */
public final class Verifier {
    private Verifier() {}

    /** What is wrong with a module, with places in its printed text; empty if nothing is. */
    public static ImmutableList<Diagnostic> check(TensorModule module) {
        // Printing costs more than checking, and is needed only to show what was found.
        var unplaced = check(module, Spans.none());
        return unplaced.isEmpty() ? unplaced : check(module, Printer.printWithSpans(module).spans());
    }

    /** What is wrong with a module that was read from a text. */
    public static ImmutableList<Diagnostic> check(Parser.Parsed parsed) {
        return check(parsed.module(), parsed.spans());
    }

    /**
     * For text that a user wrote.
     *
     * @throws DiagnosticsException if anything is wrong
     */
    public static TensorModule verified(Parser.Parsed parsed) {
        var found = check(parsed);
        if (!found.isEmpty()) {
            throw new DiagnosticsException(found);
        }
        return parsed.module();
    }

    /**
     * For a module that the compiler made: what is wrong with it is a bug.
     *
     * @param maker the pass or stage that is to blame
     */
    public static TensorModule verified(TensorModule module, String maker) {
        var found = check(module);
        if (!found.isEmpty()) {
            throw new IllegalStateException("wrong IR after " + maker + "\n" + DiagnosticRenderer.render(found));
        }
        return module;
    }

    private static ImmutableList<Diagnostic> check(TensorModule module, Spans spans) {
        var findings = new Findings(spans);
        for (Function function : module.functions().values()) {
            SsaRules.check(function, findings);
            RoleRules.check(function, module, findings);
            EquationRules.check(function, findings);
            OpaqueRules.check(function, findings);
            CallRules.check(function, module, findings);
            MeshRules.check(function, module, findings);
        }
        CycleRules.check(module, findings);
        SymbolRules.check(module, findings);
        return findings.diagnostics().sorted();
    }
}
