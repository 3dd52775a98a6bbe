package pleat.frontend.check;

import java.util.Optional;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;

/** An axis of the equation that is being checked; its extent is found while the equation is read. */
public final class AxisVariable {
    private final String name;
    private final Span span;
    private Optional<Evidence> evidence = Optional.empty();

    /** @param stated whether the text says so itself, so that the axis may cover a part of a dim */
    record Evidence(Dim extent, Span span, String reason, boolean stated) {}

    AxisVariable(String name, Span span) {
        this.name = name;
        this.span = span;
    }

    public String name() {
        return name;
    }

    Span span() {
        return span;
    }

    Optional<Evidence> evidence() {
        return evidence;
    }

    /** Only after the equation was checked. */
    public Dim extent() {
        return evidence.orElseThrow().extent();
    }

    void found(Evidence found) {
        evidence = Optional.of(found);
    }
}
