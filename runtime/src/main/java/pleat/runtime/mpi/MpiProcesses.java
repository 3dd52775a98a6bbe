package pleat.runtime.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.host.HostMemory;
import pleat.runtime.process.Processes;

/**
 * The processes that a launcher has started for one run, one for each device: they know each other's machine and number, and refuse to work
 * together if they do not have the same plan.
 */
public final class MpiProcesses implements Processes {
    /** What each process tells the others of itself. */
    static final int TEXT_BYTES = 512;
    private static final String SEPARATOR = "\n";

    /** How long a wait spins before it gives the processor away, and for how long it does. */
    private static final int SPINS = 500;
    private static final long PAUSE_NANOS = 20_000;
    private static final long LOOK_EVERY_NANOS = 500_000_000;
    /** What ends a process without a reason of its own is that of a device. */
    private static final int ABORTED = 74;

    /** A process of the run, with the machine that it is on. */
    private record Peer(int rank, String host, long pid, String plan) {}

    private final MpiLibrary library;
    private final Arena arena = Arena.ofShared();
    private final Map<List<Integer>, MemorySegment> communicators = new LinkedHashMap<>();
    private final int rank;
    private final int size;
    private final String host;
    private final MemorySegment flag = arena.allocate(JAVA_INT);
    private final MemorySegment request = arena.allocate(ADDRESS);
    private ImmutableList<Peer> peers = ImmutableList.of();
    private volatile Optional<String> failure = Optional.empty();

    private MpiProcesses(MpiLibrary library) {
        this.library = library;
        rank = library.ask("MPI_Comm_rank", library.world());
        size = library.ask("MPI_Comm_size", library.world());
        host = hostName();
    }

    /**
     * Starts Open MPI in this process.
     *
     * @param launcher what the environment says; it has to be what MPI says
     */
    public static MpiProcesses start(Launcher launcher) {
        var processes = new MpiProcesses(MpiLibrary.start());
        if (processes.rank != launcher.rank() || processes.size != launcher.size()) {
            throw new UserException("%s says that this is process %d of %d, and Open MPI that it is %d of %d\n  = help: start it with Open MPI's mpirun"
                    .formatted(launcher.name(), launcher.rank(), launcher.size(), processes.rank, processes.size));
        }
        return processes;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "a machine without a name";
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String kind() {
        return "processes under Open MPI";
    }

    MpiLibrary library() {
        return library;
    }

    @Override
    public void agreeOn(String plan) {
        var said = tell(String.join(SEPARATOR, host, Long.toString(ProcessHandle.current().pid()), plan), world());
        var found = ImmutableList.<Peer>builder();
        for (int r = 0; r < size; r++) {
            var lines = said.get(r).split(SEPARATOR, 3);
            found.add(new Peer(r, lines[0], Long.parseLong(lines[1]), lines[2]));
        }
        peers = found.build();
        peers.stream().filter(peer -> !peer.plan().equals(peers.getFirst().plan())).findFirst().ifPresent(other -> {
            throw new UserException("processes have different plans: process 0 has `%s`, and process %d on `%s` has `%s`".formatted(
                    peers.getFirst().plan(), other.rank(), other.host(), other.plan()));
        });
    }

    @Override
    public ImmutableList<String> tell(String text) {
        return ImmutableList.copyOf(tell(text, world()));
    }

    @Override
    public ImmutableList<String> tell(String text, List<Integer> members) {
        return ImmutableList.copyOf(tell(text, communicator(members)));
    }

    @Override
    public ImmutableList<MemorySegment> gather(MemorySegment own, long[] bytes) {
        long all = Arrays.stream(bytes).sum();
        if (all > Integer.MAX_VALUE) {
            throw new UserException("an output of " + all + " bytes is more than one MPI call gathers: " + Integer.MAX_VALUE);
        }
        var received = HostMemory.allocate(rank == 0 ? all : 0, "an output of all processes", Arena.ofAuto());
        try (var scratch = Arena.ofConfined()) {
            var counts = scratch.allocateFrom(JAVA_INT, Arrays.stream(bytes).mapToInt(Math::toIntExact).toArray());
            var starts = new int[size];
            for (int r = 1; r < size; r++) {
                starts[r] = starts[r - 1] + (int) bytes[r - 1];
            }
            var type = library.data("ompi_mpi_byte");
            // Not the call that waits by itself: it would wait for ever for a process that is gone.
            library.call("MPI_Igatherv", own, (int) bytes[rank], type, received, counts, scratch.allocateFrom(JAVA_INT, starts), type, 0, world(), request);
            await();
            return rank > 0 ? ImmutableList.of() : IntStream.range(0, size).mapToObj(r -> received.asSlice(starts[r], bytes[r]))
                    .collect(ImmutableList.toImmutableList());
        }
    }

    MemorySegment world() {
        return library.world();
    }

    /** What every member of a communicator says, in their order; text beyond {@link #TEXT_BYTES} is cut off. */
    List<String> tell(String text, MemorySegment communicator) {
        int members = library.ask("MPI_Comm_size", communicator);
        try (var scratch = Arena.ofConfined()) {
            var send = scratch.allocate(TEXT_BYTES);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, send, 0, Math.min(bytes.length, TEXT_BYTES - 1));
            var receive = scratch.allocate((long) TEXT_BYTES * members);
            library.iallgather(send, receive, TEXT_BYTES, communicator, request);
            await();
            return IntStream.range(0, members).mapToObj(m -> receive.asSlice((long) m * TEXT_BYTES, TEXT_BYTES).getString(0)).toList();
        }
    }

    /** Where the request is to be put that {@link #await} waits for; there is one at a time. */
    MemorySegment request() {
        return request;
    }

    /** Returns when the request is met; a process that is gone ends the wait. */
    void await() {
        long looked = System.nanoTime();
        for (int spins = 0; !library.test(request, flag); spins++) {
            failure.ifPresent(reason -> {
                throw new DeviceException(reason);
            });
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
                if (System.nanoTime() - looked > LOOK_EVERY_NANOS) {
                    looked = System.nanoTime();
                    lookForPeers();
                }
            }
        }
    }

    // Those on other machines are the launcher's to watch.
    private void lookForPeers() {
        peers.stream().filter(peer -> peer.host().equals(host) && !ProcessHandle.of(peer.pid()).map(ProcessHandle::isAlive).orElse(false)).findFirst()
                .ifPresent(gone -> {
                    throw new DeviceException("device %d is gone: its process %d on `%s` has ended".formatted(gone.rank(), gone.pid(), gone.host()));
                });
    }

    /** The communicator of some of the processes. Members ask for their communicators in one order: that of the lists. */
    MemorySegment communicator(List<Integer> members) {
        return communicators.computeIfAbsent(List.copyOf(members), this::made);
    }

    private MemorySegment made(List<Integer> members) {
        if (members.size() == size && members.equals(IntStream.range(0, size).boxed().toList())) {
            return world();
        }
        try (var scratch = Arena.ofConfined()) {
            var all = scratch.allocate(ADDRESS);
            var some = scratch.allocate(ADDRESS);
            var made = scratch.allocate(ADDRESS);
            library.call("MPI_Comm_group", world(), all);
            var ranks = scratch.allocateFrom(JAVA_INT, members.stream().mapToInt(Integer::intValue).toArray());
            library.call("MPI_Group_incl", all.get(ADDRESS, 0), members.size(), ranks, some);
            library.call("MPI_Comm_create_group", world(), some.get(ADDRESS, 0), Arrays.hashCode(members.toArray()) & 0x7fff, made);
            // A communicator has its own hold on what it was made of.
            library.call("MPI_Group_free", some);
            library.call("MPI_Group_free", all);
            return made.get(ADDRESS, 0);
        }
    }

    @Override
    public Optional<String> failure() {
        return failure;
    }

    /** Ends all processes of the run at once, this one among them; the launcher ends with the code of the reason. */
    @Override
    public void fail(Throwable reason) {
        failure = Optional.of("device %d failed: %s".formatted(rank, reason.getMessage()));
        library.call("MPI_Abort", world(), reason instanceof PleatException explained ? explained.exitCode() : ABORTED);
    }

    @Override
    public void close() {
        library.call("MPI_Finalize");
    }
}
