package pleat.passes;

import pleat.ir.tensor.Location;

/** What a pass did at one place of a model, or why it did not, for people who ask. */
public record Remark(Location place, String text) {
    @Override
    public String toString() {
        return (place.isKnown() ? place + ": " : "") + text;
    }
}
