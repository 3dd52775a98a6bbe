/**
 * From a prepared module to the abstract problem of {@link pleat.passes.planner} and back: which splits each op has, what it costs to bring values from
 * layout to layout, what the way back needs, and what named plans and pins leave of it. {@link pleat.passes.space.Planner} is the way in.
 */
package pleat.passes.space;
