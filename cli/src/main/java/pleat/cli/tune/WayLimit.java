package pleat.cli.tune;

import pleat.ir.diagnostic.UserException;

/**
 * Which ways to cut a kernel are tried: those that the model of costs expects to be the best, and always the one that it takes.
 *
 * @param most that are tried, those that are the same code counted once
 * @param within how many times the least time that it expects a way may take
 */
record WayLimit(int most, double within) {
    WayLimit {
        if (most < 1) {
            throw new UserException("--ways is " + most + ", and at least one way is tried");
        }
        if (!(within >= 1)) {
            throw new UserException("--within is " + within + ", and no way takes less than 1 times the least time");
        }
    }
}
