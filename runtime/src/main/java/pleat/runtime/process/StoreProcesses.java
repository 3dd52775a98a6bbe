package pleat.runtime.process;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.host.HostMemory;
import pleat.runtime.mpi.Launcher;

/** Processes that meet at a store: torchrun's, or one that the first of them has at MASTER_ADDR and MASTER_PORT. */
public final class StoreProcesses implements Processes {
    private static final int LARGEST_PORT = 65_535;
    private static final String PATIENCE = "PLEAT_PATIENCE";
    private static final long PATIENCE_SECONDS = 300;
    private static final int LONGEST_PATIENCE_DIGITS = 6;
    private static final int LINGER_MILLIS = 1_000;
    private static final int SHORTEST_PAUSE_MILLIS = 1;
    private static final int LONGEST_PAUSE_MILLIS = 50;

    private final Launcher launcher;
    private final Optional<TcpStoreServer> server;
    private final TcpStore store;
    private final String prefix;
    private final Duration patience;
    private final Map<List<Integer>, Long> turns = new LinkedHashMap<>();

    private StoreProcesses(Launcher launcher, Optional<TcpStoreServer> server, TcpStore store, String prefix, Duration patience) {
        this.launcher = launcher;
        this.server = server;
        this.store = store;
        this.prefix = prefix;
        this.patience = patience;
    }

    /** Whether a launcher said where the store is. */
    public static boolean isNamedIn(Map<String, String> environment) {
        return environment.containsKey("MASTER_ADDR") && environment.containsKey("MASTER_PORT");
    }

    /** @param environment variables of this process; {@code PLEAT_PATIENCE} is how many seconds it waits for another that says nothing, else {@link #PATIENCE_SECONDS} */
    public static StoreProcesses join(Launcher launcher, Map<String, String> environment) {
        String port = environment.get("MASTER_PORT");
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > LARGEST_PORT) {
            throw new UserException("the variable MASTER_PORT is `" + port + "`, and should be the number of a port");
        }
        var patience = patience(environment);
        boolean isThere = "True".equals(environment.get("TORCHELASTIC_USE_AGENT_STORE"));
        var server = !isThere && launcher.rank() == 0 ? Optional.of(new TcpStoreServer(Integer.parseInt(port))) : Optional.<TcpStoreServer>empty();
        var store = TcpStore.connect(environment.get("MASTER_ADDR"), server.map(TcpStoreServer::port).orElse(Integer.parseInt(port)), patience.toMillis());
        // torchrun's store outlives processes that it starts again.
        return new StoreProcesses(launcher, server, store, "pleat/" + environment.getOrDefault("TORCHELASTIC_RESTART_COUNT", "0") + "/", patience);
    }

    private static Duration patience(Map<String, String> environment) {
        String seconds = environment.getOrDefault(PATIENCE, Long.toString(PATIENCE_SECONDS));
        if (!seconds.matches("[1-9]\\d{0," + (LONGEST_PATIENCE_DIGITS - 1) + "}")) {
            throw new UserException("the variable " + PATIENCE + " is `" + seconds + "`, and should be a number of seconds");
        }
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    @Override
    public int rank() {
        return launcher.rank();
    }

    @Override
    public int size() {
        return launcher.size();
    }

    @Override
    public String kind() {
        return "processes under " + launcher.name();
    }

    @Override
    public void agreeOn(String plan) {
        var said = tell(plan);
        for (int other = 1; other < said.size(); other++) {
            if (!said.get(other).equals(said.getFirst())) {
                throw new UserException("processes have different plans: process 0 has `%s`, and process %d has `%s`".formatted(said.getFirst(), other, said.get(other)));
            }
        }
    }

    @Override
    public ImmutableList<String> tell(String text) {
        return tell(text, IntStream.range(0, size()).boxed().toList());
    }

    @Override
    public ImmutableList<String> tell(String text, List<Integer> members) {
        String key = key(members);
        synchronized (store) {
            store.set(key + rank(), text.getBytes(StandardCharsets.UTF_8));
        }
        return members.stream().map(member -> new String(awaited(key + member, member), StandardCharsets.UTF_8)).collect(ImmutableList.toImmutableList());
    }

    /** One for each time that a group comes together. */
    private String key(List<Integer> members) {
        long turn = turns.merge(List.copyOf(members), 1L, Long::sum);
        return prefix + members.stream().map(String::valueOf).collect(Collectors.joining("-")) + "/" + turn + "/";
    }

    /** Waits until {@code member} has set the value; if it never does, the others are told so. */
    private byte[] awaited(String key, int member) {
        return waitedFor(key, System.nanoTime()).orElseThrow(() -> {
            var late = late(member);
            fail(late);
            // With the first process goes its store, where the others look for the reason.
            server.ifPresent(_ -> TcpStore.pause(LINGER_MILLIS));
            return late;
        });
    }

    /** @param startNanos since when it is waited; empty once that has taken too long */
    private Optional<byte[]> waitedFor(String key, long startNanos) {
        for (int pause = SHORTEST_PAUSE_MILLIS;; pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause)) {
            synchronized (store) {
                if (store.has(key)) {
                    return Optional.of(store.get(key));
                }
            }
            failure().ifPresent(reason -> {
                throw new DeviceException(reason);
            });
            if (System.nanoTime() - startNanos > patience.toNanos()) {
                return Optional.empty();
            }
            TcpStore.pause(pause);
        }
    }

    private DeviceException late(int member) {
        return new DeviceException("process %d did not come: process %d has waited for it for %d s\n  = help: set %s to more seconds if it was still at work".formatted(member,
                rank(), patience.toSeconds(), PATIENCE));
    }

    @Override
    public ImmutableList<MemorySegment> gather(MemorySegment own, long[] bytes) {
        String key = key(IntStream.range(0, size()).boxed().toList());
        if (rank() > 0) {
            for (long at = 0; at < bytes[rank()]; at += TcpStore.MOST_BYTES) {
                var part = own.asSlice(at, Math.min(TcpStore.MOST_BYTES, bytes[rank()] - at)).toArray(ValueLayout.JAVA_BYTE);
                synchronized (store) {
                    store.set(key + rank() + "/" + at, part);
                }
            }
            awaited(key + "taken", 0);
            return ImmutableList.of();
        }
        var all = ImmutableList.<MemorySegment>builder();
        for (int rank = 0; rank < size(); rank++) {
            all.add(rank == 0 ? own : taken(key, rank, bytes[rank]));
        }
        synchronized (store) {
            store.set(key + "taken", new byte[0]);
        }
        return all.build();
    }

    private MemorySegment taken(String group, int rank, long bytes) {
        String key = group + rank + "/";
        var whole = HostMemory.allocate(bytes, "an output of all processes", Arena.ofAuto());
        for (long at = 0; at < bytes; at += TcpStore.MOST_BYTES) {
            byte[] part = awaited(key + at, rank);
            MemorySegment.copy(MemorySegment.ofArray(part), 0, whole, at, part.length);
            synchronized (store) {
                store.delete(key + at);
            }
        }
        return whole;
    }

    @Override
    public Optional<String> failure() {
        synchronized (store) {
            return store.has(prefix + "failed") ? Optional.of(new String(store.get(prefix + "failed"), StandardCharsets.UTF_8)) : Optional.empty();
        }
    }

    @Override
    public void fail(Throwable reason) {
        synchronized (store) {
            store.set(prefix + "failed", ("device %d failed: %s".formatted(rank(), reason.getMessage())).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The store goes last: the others are told so once they have nothing more to ask. What they have still to do after so long is theirs. */
    @Override
    public void close() {
        try {
            String key = prefix + "ended/";
            synchronized (store) {
                store.set(key + rank(), new byte[0]);
            }
            if (server.isPresent()) {
                long start = System.nanoTime();
                IntStream.range(1, size()).forEach(rank -> waitedFor(key + rank, start));
            }
        } catch (DeviceException _) {
            // Somebody failed and has said so: the others have to find it here.
            server.ifPresent(_ -> TcpStore.pause(LINGER_MILLIS));
        } finally {
            store.close();
            server.ifPresent(TcpStoreServer::close);
        }
    }
}
