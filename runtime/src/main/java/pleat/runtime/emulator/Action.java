package pleat.runtime.emulator;

/** What an instruction does to a warp. */
sealed interface Action {

    /** Works on lanes of a warp, one bit for each. */
    @FunctionalInterface
    interface Step {
        void run(Warp warp, int lanes);
    }

    /** Each lane for itself. */
    record Single(Step step) implements Action {}

    /** Lanes together: all live lanes of the warp (an aligned instruction). */
    record Aligned(Step step) implements Action {}

    /** Lanes together: those that a mask names, which stands in a row of narrow registers. */
    record Masked(Step step, int maskRow) implements Action {}

    /**
     * Waits for other warps.
     *
     * @param idRow row of the number of the barrier
     * @param countRow row of the number of threads, or -1 for all of the block
     * @param waits whether it waits at all, or only says that it came
     */
    record Barrier(int idRow, int countRow, boolean waits) implements Action {}

    /** @param meeting where lanes that part here meet again, or {@link Meetings#NONE} */
    record Branch(int target, int meeting) implements Action {}

    record Exit() implements Action {}
}
