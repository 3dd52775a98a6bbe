package pleat.cli.devices;

import java.util.Map;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.mpi.Launcher;

/**
 * What a user did wrong is mostly wrong in every process of a run. The first one says it, and when it ends, so do the others; they hold back until then, and speak only if the first has
 * nothing to say.
 */
public final class FirstSpeaks {
    private static final long HOLD_MILLIS = 1500;

    private FirstSpeaks() {}

    /** Returns when this process may say what went wrong. */
    public static void hold(Throwable reason, int rank) {
        if (rank > 0 && reason instanceof UserException) {
            pause();
        }
    }

    /** The same where no run has begun. */
    public static void hold(Map<String, String> environment) {
        if (isOther(environment)) {
            pause();
        }
    }

    private static boolean isOther(Map<String, String> environment) {
        try {
            return Launcher.of(environment).filter(launcher -> launcher.rank() > 0).isPresent();
        } catch (UserException _) {
            return false; // this may be what is about to be said
        }
    }

    private static void pause() {
        try {
            Thread.sleep(HOLD_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
