package pleat.ir.index;

import pleat.ir.type.Dim;

/**
 * One loop of an equation. Inside an equation an axis is referred to by its position in {@link Equation#axes()}; the name is for printing
 * only and carries no meaning.
 */
public record Axis(String name, Dim extent) {}
