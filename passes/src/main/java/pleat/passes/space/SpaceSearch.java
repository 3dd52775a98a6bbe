package pleat.passes.space;

import pleat.passes.planner.PlanSearch;

/** The search for the best plan of one space, as far as it has gone. */
sealed interface SpaceSearch {
    /** Whether a plan within the budget is known. */
    boolean fits();

    /** @param withinPicos slower plans are not looked for */
    Outcome fastest(NamedPlan plan, long withinPicos);

    /** @param withinBytes larger plans are not looked for */
    Outcome smallest(NamedPlan plan, long withinBytes);

    /** It is known which plans there are, and whether one is within the budget. */
    record Begun(PlanSpace space, PlanSearch search) implements SpaceSearch {
        @Override
        public boolean fits() {
            return search.fits();
        }

        @Override
        public Outcome fastest(NamedPlan plan, long withinPicos) {
            return Outcome.of(plan, space, search.fastest(withinPicos));
        }

        @Override
        public Outcome smallest(NamedPlan plan, long withinBytes) {
            return Outcome.of(plan, space, search.smallest(withinBytes));
        }
    }

    /** There is no plan at any budget. */
    record Empty(String reason) implements SpaceSearch {
        @Override
        public boolean fits() {
            return false;
        }

        @Override
        public Outcome fastest(NamedPlan plan, long withinPicos) {
            return Outcome.impossible(plan, reason);
        }

        @Override
        public Outcome smallest(NamedPlan plan, long withinBytes) {
            return Outcome.impossible(plan, reason);
        }
    }
}
