/**
 * The planner's search, on an abstract problem: variables with few options, tables of time and bytes, blocks that are repeated. What
 * the options mean is not known here, and no IR is: see {@link pleat.passes.planner.PlanningProblem}.
 */
package pleat.passes.planner;
