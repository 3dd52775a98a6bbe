package pleat.cli.doctor;

/**
 * One thing that was looked for.
 *
 * @param value what it is, or why it is not there
 * @param help what to do about it; empty where nothing need be done
 */
record Finding(String name, State state, String value, String help) {
    enum State {
        OK,
        /** Not there, and Pleat works without it. */
        ABSENT,
        /** Not there, and Pleat cannot compile without it. */
        MISSING
    }

    static Finding ok(String name, String value) {
        return new Finding(name, State.OK, value, "");
    }
}
