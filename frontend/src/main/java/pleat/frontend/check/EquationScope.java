package pleat.frontend.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.frontend.check.AxisVariable.Evidence;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;

/** The axes of one equation: which are visible, and how far they go. */
final class EquationScope {
    private final Environment environment;
    private final Map<String, AxisVariable> axes = new LinkedHashMap<>();
    private final Map<String, RestAxes> rests = new LinkedHashMap<>();
    private final List<AxisVariable> all = new ArrayList<>();
    private final List<Weak> weak = new ArrayList<>();
    private final Set<String> unknown = new HashSet<>();
    private boolean failed;

    /** What a guarded read says about an axis: it counts only where nothing else does. */
    private record Weak(AxisVariable axis, Evidence evidence) {}

    EquationScope(Environment environment) {
        this.environment = environment;
    }

    boolean failed() {
        return failed;
    }

    void fail(Diagnostic diagnostic) {
        failed = true;
        environment.report(diagnostic);
    }

    /** What is wrong was reported elsewhere. */
    void fail() {
        failed = true;
    }

    /** Whether a name that is no axis was not met before, so that it is reported once. */
    boolean firstUnknown(String name) {
        return unknown.add(name);
    }

    Optional<AxisVariable> axis(String name) {
        return Optional.ofNullable(axes.get(name));
    }

    Map<String, AxisVariable> visible() {
        return axes;
    }

    /** A new axis; it stays visible until {@link #hide}. */
    AxisVariable declare(String name, Span span) {
        var axis = new AxisVariable(name, span);
        var before = axes.putIfAbsent(name, axis);
        if (before != null) {
            fail(Diagnostic.of(CheckCode.DUPLICATE_NAME, span, "the equation has two axes `%s`", name).label(before.span(),
                    "the other one"));
        }
        all.add(axis);
        return axis;
    }

    /** An axis without a name in the text. */
    AxisVariable anonymous(String name, Span span) {
        var axis = new AxisVariable(name, span);
        all.add(axis);
        return axis;
    }

    void hide(AxisVariable axis) {
        axes.remove(axis.name(), axis);
    }

    RestAxes declareRest(String name, Span span) {
        var rest = new RestAxes(name, span);
        var before = rests.putIfAbsent(name, rest);
        if (before != null) {
            fail(Diagnostic.of(CheckCode.DUPLICATE_NAME, span, "the equation has two `%s`", rest).label(before.span(),
                    "the other one"));
        }
        return rest;
    }

    Optional<RestAxes> rest(String name) {
        return Optional.ofNullable(rests.get(name));
    }

    void hideRest(String name) {
        rests.remove(name);
    }

    /** The axis goes as far as a dim that it alone is the subscript of. */
    void meet(AxisVariable axis, Dim extent, Span span, String reason) {
        var evidence = new Evidence(extent, span, reason, false);
        if (axis.evidence().isEmpty()) {
            axis.found(evidence);
            return;
        }
        var before = axis.evidence().get();
        if (!before.stated() && !before.extent().equals(extent)) {
            twoSizes(axis, before, evidence);
        }
    }

    void meetWeakly(AxisVariable axis, Dim extent, Span span, String reason) {
        weak.add(new Weak(axis, new Evidence(extent, span, reason, false)));
    }

    private void twoSizes(AxisVariable axis, Evidence before, Evidence now) {
        var diagnostic = Diagnostic.of(CheckCode.AXIS_TWO_SIZES, now.span(), "axis `%s` has two sizes", axis.name())
                .here("%s, size `%s`", now.reason(), now.extent()).label(before.span(), "%s, size `%s`", before.reason(),
                before.extent());
        if (before.extent() instanceof Dim.Symbol first && now.extent() instanceof Dim.Symbol second) {
            diagnostic = diagnostic
                    .note("an axis has one size; `%s` and `%s` are different symbols, so they may differ at run time",
                    first.name(), second.name()).help("if they are always equal, give them one name in the module's inputs");
        }
        fail(diagnostic);
    }

    /** Every axis of the equation gets its extent, or is reported. */
    void settle() {
        for (Weak candidate : weak) {
            if (candidate.axis().evidence().isEmpty()) {
                candidate.axis().found(candidate.evidence());
            }
        }
        for (AxisVariable axis : all) {
            if (axis.evidence().isEmpty() && !failed) {
                fail(Diagnostic.of(CheckCode.AXIS_WITHOUT_EXTENT, axis.span(), "nothing says how far axis `%s` goes", axis.name())
                        .note("an axis gets its extent from a dim that it alone is the subscript of")
                        .help("state it where the axis is introduced: `%s: 8`", axis.name()));
            }
        }
    }
}
