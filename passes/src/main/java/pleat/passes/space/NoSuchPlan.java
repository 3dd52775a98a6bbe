package pleat.passes.space;

/** A space of plans is empty, whatever the budget: a restriction cannot be met. */
final class NoSuchPlan extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchPlan(String reason) {
        super(reason);
    }
}
