package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;

/**
 * Copies that follow each other and choose the same.
 *
 * @param link    position in {@link PlanningProblem#chain()}
 * @param choices one option for each variable of the block
 */
public record Run(int link, long count, ImmutableIntArray choices) {}
