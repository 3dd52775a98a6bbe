package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.lane.Together;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.text.Spans;

/**
 * Checks everything that must hold of lane code. Above all: what the threads of a warp or of a block must do together stands where all of them come,
 * as far as follows from what they branch on. See Note [Who is where].
 */
public final class LaneVerifier {
    private final Findings findings;
    /** The threads that hold the same, for each value that is known where the check is. */
    private final Map<LaneValue, Together> known = new IdentityHashMap<>();
    /** What is still being computed. */
    private final Set<LaneValue> begun = Collections.newSetFromMap(new IdentityHashMap<>());

    private LaneVerifier(Spans spans) {
        this.findings = new Findings(spans);
    }

    /** What is wrong with a kernel, with places in its printed text; empty if nothing is. */
    public static ImmutableList<Diagnostic> check(LaneKernel kernel) {
        var unplaced = check(kernel, Spans.none());
        return unplaced.isEmpty() ? unplaced : check(kernel, LanePrinter.printWithSpans(kernel).spans());
    }

    /** What is wrong with a kernel that was read from a text. */
    public static ImmutableList<Diagnostic> check(LaneParser.Parsed parsed) {
        return check(parsed.kernel(), parsed.spans());
    }

    /**
     * For a kernel that the compiler made: what is wrong with it is a bug.
     *
     * @param maker the stage that is to blame
     */
    public static LaneKernel verified(LaneKernel kernel, String maker) {
        var found = check(kernel);
        if (!found.isEmpty()) {
            throw new IllegalStateException("wrong lane code after " + maker + "\n" + DiagnosticRenderer.render(found));
        }
        return kernel;
    }

    private static ImmutableList<Diagnostic> check(LaneKernel kernel, Spans spans) {
        var verifier = new LaneVerifier(spans);
        if (kernel.threads() < 1 || kernel.threads() % LaneKernel.WARP != 0) {
            verifier.findings.report(LaneCode.BLOCK, kernel, "a block of %s threads is not made of warps", kernel.threads());
        }
        kernel.parameters().forEach(parameter -> verifier.known.put(parameter, Together.BLOCK));
        verifier.body(kernel.body(), Together.BLOCK);
        return verifier.findings.diagnostics().sorted();
    }

    /** @param here threads that all come here or do not */
    private void body(List<LaneOp> ops, Together here) {
        for (LaneOp op : ops) {
            switch (op) {
                case LaneOp.Row row -> row(row, here);
                case LaneOp.For loop -> loop(loop, here);
                case LaneOp.If when -> when(when, here);
            }
        }
    }

    private void row(LaneOp.Row row, Together here) {
        var types = row.opcode().signature().operands();
        Together same = row.opcode().sameFor();
        for (int o = 0; o < row.operands().size(); o++) {
            same = least(same, use(row.operands().get(o), types.get(o), row));
        }
        if (row.opcode().convergence().compareTo(here) > 0) {
            findings.report(LaneCode.TOGETHER, row, "`%s` is for all threads of a %s, which may not all come here", row.opcode().text(),
                    row.opcode().convergence().name().toLowerCase(Locale.ROOT));
        }
        if (row.opcode() == Opcode.CP_WAIT && row.operands().getFirst() instanceof LaneValue) {
            findings.report(LaneCode.FIXED, row, "`%s` waits for a number of groups that is written down", row.opcode().text());
        }
        define(row.results(), same);
        if (row.opcode().isBegun()) {
            begun.addAll(row.results());
            if (IntStream.range(0, types.size()).anyMatch(o -> types.get(o) == LaneType.I32 && row.operands().get(o) instanceof LaneValue)) {
                findings.report(LaneCode.FIXED, row, "`%s` is told how factors lie by numbers that are written down", row.opcode().text());
            }
        }
    }

    private void loop(LaneOp.For loop, Together here) {
        var type = loop.index().type();
        Together bounds = least(use(loop.range().from(), type, loop), least(use(loop.range().to(), type, loop), use(loop.range().step(), type, loop)));
        Together inside = least(here, bounds);
        loop.carries().forEach(carry -> use(carry.init(), carry.entry().type(), loop));
        var before = new IdentityHashMap<>(known);
        known.put(loop.index(), inside);
        // What a turn hands on is not followed: it may differ from thread to thread.
        loop.carries().forEach(carry -> known.put(carry.entry(), Together.LANE));
        body(loop.body(), inside);
        loop.carries().forEach(carry -> use(carry.next(), carry.entry().type(), loop));
        leave(before);
        loop.carries().forEach(carry -> known.put(carry.result(), Together.LANE));
    }

    private void when(LaneOp.If when, Together here) {
        Together condition = use(when.condition(), LaneType.PRED, when);
        when.merges().forEach(merge -> use(merge.otherwise(), merge.result().type(), when));
        var before = new IdentityHashMap<>(known);
        body(when.body(), least(here, condition));
        when.merges().forEach(merge -> use(merge.then(), merge.result().type(), when));
        leave(before);
        when.merges().forEach(merge -> known.put(merge.result(), Together.LANE));
    }

    private void leave(Map<LaneValue, Together> before) {
        known.keySet().retainAll(before.keySet());
    }

    private void define(List<LaneValue> values, Together same) {
        values.forEach(value -> known.put(value, same));
    }

    private Together use(Operand operand, LaneType type, LaneOp user) {
        if (operand.type() != type) {
            findings.report(LaneCode.TYPE, user, "an operand is `%s` where `%s` is taken", operand.type().text(), type.text());
        }
        if (operand instanceof LaneValue value && !known.containsKey(value)) {
            findings.report(LaneCode.SCOPE, user, "`%%%s` is not known here", value.name());
        }
        if (operand instanceof LaneValue value && begun.contains(value) && !(user instanceof LaneOp.Row row && row.opcode().takesBegun())) {
            findings.report(LaneCode.IN_FLIGHT, user, "`%%%s` is still being computed here", value.name());
        }
        return operand instanceof LaneValue value ? known.getOrDefault(value, Together.LANE) : Together.BLOCK;
    }

    private static Together least(Together one, Together other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

/*
 * Note [Who is where]
 * A value is the same for the lanes of a warp, or for the threads of a block, if it follows from values that are, by a row that gives the same for the
 * same. A branch or a loop on such a value is taken by all of them or by none. Everything loaded, exchanged or handed on by a loop may differ. That is
 * less than could be known, and enough: code is written so that barriers and matrix units stand where sizes and numbers of blocks and warps decide.
 */
