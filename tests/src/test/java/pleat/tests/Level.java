package pleat.tests;

import java.util.List;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.KernelParser;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.text.Parser;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Printer;
import pleat.ir.verify.KernelVerifier;
import pleat.ir.verify.LaneVerifier;
import pleat.ir.verify.PlanVerifier;
import pleat.ir.verify.Verifier;

/** The level that a text of IR is of: its first word says it. */
enum Level {
    TENSOR("module "), KERNEL("kernel "), PLAN("plan "), LANE("lane ");

    private final String start;

    Level(String start) {
        this.start = start;
    }

    static Level of(String text) {
        String first = text.lines().filter(line -> !line.isBlank() && !line.startsWith(";")).findFirst().orElse("");
        for (Level level : values()) {
            if (first.startsWith(level.start)) {
                return level;
            }
        }
        throw new AssertionError("no level starts with: " + first);
    }

    /** What the parser or the verifier has to say. */
    List<Diagnostic> check(Source source) {
        try {
            return switch (this) {
                case TENSOR -> Verifier.check(Parser.parse(source));
                case KERNEL -> KernelVerifier.check(KernelParser.parse(source));
                case PLAN -> PlanVerifier.check(PlanParser.parse(source));
                case LANE -> LaneVerifier.check(LaneParser.parse(source));
            };
        } catch (DiagnosticsException refused) {
            return refused.diagnostics();
        }
    }

    String print(Source source) {
        return switch (this) {
            case TENSOR -> Printer.print(Verifier.verified(Parser.parse(source)));
            case KERNEL -> KernelPrinter.print(KernelVerifier.verified(KernelParser.parse(source)));
            case PLAN -> PlanPrinter.print(PlanVerifier.verified(PlanParser.parse(source)));
            case LANE -> LanePrinter.print(LaneVerifier.verified(LaneParser.parse(source).kernel(), "the text"));
        };
    }
}
