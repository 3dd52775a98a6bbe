package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Parameter;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.Layout;
import pleat.ir.text.KernelParser;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.Spans;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Checks everything that must hold of a kernel. */
public final class KernelVerifier {
    private KernelVerifier() {}

    /** What is wrong with a kernel, with places in its printed text; empty if nothing is. */
    public static ImmutableList<Diagnostic> check(Kernel kernel) {
        var unplaced = check(kernel, Spans.none());
        return unplaced.isEmpty() ? unplaced : check(kernel, KernelPrinter.printWithSpans(kernel).spans());
    }

    /** What is wrong with a kernel that was read from a text. */
    public static ImmutableList<Diagnostic> check(KernelParser.Parsed parsed) {
        return check(parsed.kernel(), parsed.spans());
    }

    /**
     * For text that a user wrote.
     *
     * @throws DiagnosticsException if anything is wrong
     */
    public static Kernel verified(KernelParser.Parsed parsed) {
        var found = check(parsed);
        if (!found.isEmpty()) {
            throw new DiagnosticsException(found);
        }
        return parsed.kernel();
    }

    /**
     * For a kernel that the compiler made: what is wrong with it is a bug.
     *
     * @param maker the stage that is to blame
     */
    public static Kernel verified(Kernel kernel, String maker) {
        var found = check(kernel);
        if (!found.isEmpty()) {
            throw new IllegalStateException("wrong kernel after " + maker + "\n" + DiagnosticRenderer.render(found));
        }
        return kernel;
    }

    private static ImmutableList<Diagnostic> check(Kernel kernel, Spans spans) {
        var findings = new Findings(spans);
        check(kernel, findings);
        return findings.diagnostics().sorted();
    }

    static void check(Kernel kernel, Findings findings) {
        gridFirst(kernel, findings);
        boolean fits = true;
        for (Parameter parameter : kernel.parameters()) {
            fits &= fits(parameter, kernel, findings);
        }
        // Subscripts can be looked at only where extents are known.
        if (fits) {
            TileRules.check(kernel, findings);
        }
    }

    private static void gridFirst(Kernel kernel, Findings findings) {
        boolean isInside = false;
        for (KernelAxis axis : kernel.axes()) {
            if (isInside && axis.role() == Role.GRID) {
                findings.report(KernelCode.AXIS, kernel, "axis `%s` of the grid stands after an axis that is not of the grid", axis.name());
            }
            isInside |= axis.role() != Role.GRID;
        }
    }

    private static boolean fits(Parameter parameter, Kernel kernel, Findings findings) {
        var refusal = refusal(parameter.type(), parameter.layout());
        if (!refusal.isEmpty()) {
            findings.report(KernelCode.PARAMETER, kernel, "parameter `%%%s`: %s", parameter.name(), refusal);
        }
        return refusal.isEmpty();
    }

    /** Why a tensor cannot lie in memory as the layout says; empty if it can. */
    static String refusal(TensorType type, Layout layout) {
        if (!type.isKnown()) {
            return "the type `" + type + "` has extents that are not bound";
        }
        long dims = layout.pieces().stream().mapToInt(Layout.Piece::dim).distinct().count();
        boolean isInside = layout.pieces().stream().allMatch(piece -> piece.dim() < type.rank());
        if (dims != type.rank() || !isInside) {
            return "the layout `" + layout + "` is not one of the type `" + type + "`";
        }
        // Each split dim is padded to less than one factor more.
        double storage = type.dims().stream().mapToDouble(Dim::known).reduce(type.dtype().bytes(), (a, b) -> a * Math.max(1, b));
        for (Layout.Piece piece : layout.pieces()) {
            long extent = type.dims().get(piece.dim()).known();
            if (piece.part() instanceof Layout.Part.Padded(long room) && room < extent) {
                return "the layout `" + layout + "` has room for " + room + " positions of dim " + piece.dim() + ", which has extent " + extent;
            }
            storage *= switch (piece.part()) {
                case Layout.Part.Inner(long factor) -> factor;
                case Layout.Part.Padded(long room) -> (double) room / Math.max(1, extent);
                case Layout.Part.Whole _, Layout.Part.Outer _ -> 1;
            };
        }
        return storage < 0x1p62 ? "" : "the type `" + type + "` in layout `" + layout + "` may need 2^62 bytes or more";
    }
}
