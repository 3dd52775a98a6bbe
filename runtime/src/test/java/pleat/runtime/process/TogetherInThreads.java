package pleat.runtime.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pleat.runtime.mpi.Launcher;

/** Processes that are none: all of them are here, and meet at a store. */
public final class TogetherInThreads {
    private TogetherInThreads() {}

    /** By rank; each is for a thread of its own. */
    public static List<Processes> of(int size) {
        return of(size, 300);
    }

    /** @param patienceSeconds how long one waits for another */
    public static List<Processes> of(int size, long patienceSeconds) {
        var environment = Map.of("MASTER_ADDR", "localhost", "MASTER_PORT", Integer.toString(freePort()), "PLEAT_PATIENCE", Long.toString(patienceSeconds));
        var all = new ArrayList<Processes>();
        for (int rank = 0; rank < size; rank++) {
            all.add(StoreProcesses.join(new Launcher("a test", rank, size), environment));
        }
        return all;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
