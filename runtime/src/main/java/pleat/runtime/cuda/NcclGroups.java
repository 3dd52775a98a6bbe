package pleat.runtime.cuda;

import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.DeviceException;
import pleat.runtime.collective.Route;
import pleat.runtime.process.Processes;

/** A communicator for each group of devices that exchange something, and a thread that looks whether all are still there. */
final class NcclGroups implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 500;

    private final Processes processes;
    private final Map<List<Integer>, NcclCommunicator> communicators = new LinkedHashMap<>();
    private final Thread watch = Thread.ofPlatform().daemon().name("pleat-nccl-watch").unstarted(this::watch);
    private volatile Optional<String> failure = Optional.empty();
    private volatile boolean isClosed;

    /**
     * Members of a group tell each other what they know each other by, and what they will exchange: what differs is a message, and not a wait for ever.
     *
     * @param routes of this device's plan, in its order
     */
    NcclGroups(NcclLibrary library, Processes processes, List<Route> routes, MemorySegment stream) {
        this.processes = processes;
        // In one order on all: a group comes together when all its members have.
        var groups = routes.stream().map(route -> route.exchange().group().devices()).filter(group -> group.size() > 1).distinct().sorted(ORDER).toList();
        for (List<Integer> group : groups) {
            var texts = routes.stream().filter(route -> route.exchange().group().devices().equals(group)).map(Route::text).collect(Collectors.joining("\n"));
            int self = group.indexOf(processes.rank());
            String identity = self == 0 ? BaseEncoding.base16().encode(library.identity()) : "";
            var said = processes.tell(Hashing.sha256().hashString(texts, StandardCharsets.UTF_8) + " " + identity, group);
            compare(group, said.stream().map(line -> line.split(" ", -1)[0]).toList());
            communicators.put(group, new NcclCommunicator(library, new NcclCommunicator.Membership(
                    BaseEncoding.base16().decode(said.getFirst().split(" ", -1)[1]), group.size(), self), stream));
        }
        watch.start();
    }

    private static final Comparator<List<Integer>> ORDER = (left, right) -> IntStream.range(0, Math.min(left.size(), right.size()))
            .map(i -> Integer.compare(left.get(i), right.get(i))).filter(c -> c != 0).findFirst().orElse(Integer.compare(left.size(), right.size()));

    private static void compare(List<Integer> group, List<String> said) {
        for (int member = 1; member < said.size(); member++) {
            if (!said.get(member).equals(said.getFirst())) {
                throw new DeviceException("devices %d and %d have different exchanges among %s in their plans".formatted(group.getFirst(), group.get(member), group));
            }
        }
    }

    NcclCommunicator of(List<Integer> group) {
        return communicators.get(group);
    }

    private void watch() {
        while (!isClosed && failure.isEmpty()) {
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
                failure = processes.failure().or(() -> communicators.values().stream().flatMap(each -> each.failure().stream()).findFirst());
            } catch (DeviceException gone) {
                failure = Optional.of(gone.getMessage());
            } catch (InterruptedException _) {
                return;
            }
        }
        if (!isClosed) {
            communicators.values().forEach(NcclCommunicator::abort);
        }
    }

    /** Refuses results of a run that was ended because somebody is gone. */
    void check() {
        failure.ifPresent(reason -> {
            throw new DeviceException(reason);
        });
    }

    @Override
    public void close() {
        isClosed = true;
        watch.interrupt();
        try {
            watch.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the devices part", interrupted);
        }
        communicators.values().forEach(NcclCommunicator::close);
    }
}
