package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Spans;

/** Checks everything that must hold of a plan that has its places in the arena, and of its kernels. */
public final class PlanVerifier {
    private PlanVerifier() {}

    /** What is wrong with a plan, with places in its printed text; empty if nothing is. */
    public static ImmutableList<Diagnostic> check(Plan plan) {
        var unplaced = check(plan, Spans.none());
        return unplaced.isEmpty() ? unplaced : check(plan, PlanPrinter.printWithSpans(plan).spans());
    }

    /** What is wrong with a plan that was read from a text. */
    public static ImmutableList<Diagnostic> check(PlanParser.Parsed parsed) {
        return check(parsed.plan(), parsed.spans());
    }

    /**
     * For text that a user wrote.
     *
     * @throws DiagnosticsException if anything is wrong
     */
    public static Plan verified(PlanParser.Parsed parsed) {
        var found = check(parsed);
        if (!found.isEmpty()) {
            throw new DiagnosticsException(found);
        }
        return parsed.plan();
    }

    /**
     * For a plan that the compiler made: what is wrong with it is a bug.
     *
     * @param maker the stage that is to blame
     */
    public static Plan verified(Plan plan, String maker) {
        var found = check(plan);
        if (!found.isEmpty()) {
            throw new IllegalStateException("wrong plan after " + maker + "\n" + DiagnosticRenderer.render(found));
        }
        return plan;
    }

    private static ImmutableList<Diagnostic> check(Plan plan, Spans spans) {
        var findings = new Findings(spans);
        plan.kernels().forEach((name, kernel) -> {
            if (!kernel.name().equals(name)) {
                findings.report(PlanCode.KERNEL, kernel, "kernel `@%s` is filed as `@%s`", kernel.name(), name);
            }
            KernelVerifier.check(kernel, findings);
        });
        BufferRules.check(plan, findings);
        // Later rules compute with types, layouts and offsets, and so rely on these.
        if (findings.diagnostics().sorted().isEmpty()) {
            StepRules.check(plan, findings);
            FlightRules.check(plan, findings);
        }
        if (findings.diagnostics().sorted().isEmpty()) {
            ArenaRules.check(plan, findings);
        }
        return findings.diagnostics().sorted();
    }
}
