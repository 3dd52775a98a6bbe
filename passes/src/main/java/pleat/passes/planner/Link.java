package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Copies of one block that follow each other.
 *
 * @param block position in {@link PlanningProblem#blocks()}
 */
public record Link(int block, long count) {
    public Link {
        checkArgument(count >= 1, "a link has no copies");
    }
}
