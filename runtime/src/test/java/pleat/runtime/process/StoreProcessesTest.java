package pleat.runtime.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.mpi.Launcher;

/** What processes say to each other through a store. */
class StoreProcessesTest {

    private static <T> List<T> each(int size, Function<Processes, T> work) throws InterruptedException, ExecutionException {
        return each(TogetherInThreads.of(size), work);
    }

    private static <T> List<T> each(List<Processes> processes, Function<Processes, T> work) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(processes.size())) {
            var running = new ArrayList<Future<T>>();
            for (var process : processes) {
                running.add(threads.submit(() -> {
                    try (process) {
                        return work.apply(process);
                    }
                }));
            }
            var results = new ArrayList<T>();
            for (var one : running) {
                results.add(one.get());
            }
            return results;
        }
    }

    @Test
    void everybodyHearsEverybodyAndGroupsHearTheirMembers() throws InterruptedException, ExecutionException {
        var heard = each(3, process -> {
            var first = process.tell("first " + process.rank());
            var again = process.tell("again " + process.rank());
            return process.rank() == 1 ? List.of(first, again) : List.of(first, again, process.tell("two " + process.rank(), List.of(0, 2)));
        });
        for (var each : heard) {
            assertEquals(List.of("first 0", "first 1", "first 2"), each.get(0));
            assertEquals(List.of("again 0", "again 1", "again 2"), each.get(1));
        }
        assertEquals(List.of("two 0", "two 2"), heard.get(2).get(2));
    }

    @Test
    void tensorsComeToTheFirstInParts() throws InterruptedException, ExecutionException {
        long[] bytes = {3, TcpStore.MOST_BYTES + 5L};
        var found = each(2, process -> {
            var own = new byte[(int) bytes[process.rank()]];
            Arrays.fill(own, (byte) (7 + process.rank()));
            own[own.length - 1] = 100;
            return process.gather(MemorySegment.ofArray(own), bytes).stream().map(part -> part.toArray(ValueLayout.JAVA_BYTE)).toList();
        });
        assertArrayEquals(new byte[] {7, 7, 100}, found.getFirst().getFirst());
        byte[] other = found.getFirst().get(1);
        assertEquals(List.of(TcpStore.MOST_BYTES + 5, (byte) 8, (byte) 8, (byte) 100), List.of(other.length, other[0], other[other.length - 2], other[other.length - 1]));
        assertEquals(List.of(), found.get(1));
    }

    @Test
    void aPlanThatOneHasAndOthersHaveNotIsNamed() {
        var failure = assertThrows(ExecutionException.class, () -> each(2, process -> {
            process.agreeOn("plan " + process.rank());
            return 0;
        })).getCause();
        assertTrue(failure instanceof UserException && failure.getMessage().equals("processes have different plans: process 0 has `plan 0`, and process 1 has `plan 1`"),
                failure.toString());
    }

    @Test
    void whoWaitsForOneThatFailedIsToldWhy() {
        var failure = assertThrows(ExecutionException.class, () -> each(2, process -> {
            if (process.rank() == 1) {
                process.fail(new DeviceException("its GPU caught fire"));
                return List.of();
            }
            return process.tell("waiting");
        })).getCause();
        assertTrue(failure instanceof DeviceException && failure.getMessage().equals("device 1 failed: its GPU caught fire"), failure.toString());
    }

    @Test
    void whoNeverComesIsNamedByAllOthers() throws InterruptedException, ExecutionException {
        var heard = each(TogetherInThreads.of(3, 1), process -> {
            if (process.rank() == 2) {
                return "";
            }
            return assertThrows(DeviceException.class, () -> process.tell("here")).getMessage();
        });
        for (int rank = 0; rank < 2; rank++) {
            assertTrue(heard.get(rank).contains("process 2 did not come: process "), heard.get(rank));
            assertTrue(heard.get(rank).contains("has waited for it for 1 s\n  = help: set PLEAT_PATIENCE"), heard.get(rank));
        }
    }

    @Test
    void whoIsLateIsWaitedFor() throws InterruptedException, ExecutionException {
        var heard = each(TogetherInThreads.of(2, 30), process -> {
            if (process.rank() == 1) {
                TcpStore.pause(200);
            }
            return process.tell("here " + process.rank());
        });
        assertEquals(List.of("here 0", "here 1"), heard.getFirst());
    }

    @Test
    void aPatienceThatIsNoNumberOfSecondsIsRefused() {
        for (String seconds : List.of("0", "-1", "soon", "1e9", "12345678")) {
            var environment = Map.of("MASTER_ADDR", "localhost", "MASTER_PORT", "1", "PLEAT_PATIENCE", seconds);
            var failure = assertThrows(UserException.class, () -> StoreProcesses.join(new Launcher("a test", 1, 2), environment), seconds);
            assertEquals("the variable PLEAT_PATIENCE is `" + seconds + "`, and should be a number of seconds", failure.getMessage());
        }
    }

    @Test
    void aPortThatIsNoneIsRefused() {
        var launcher = new Launcher("a test", 1, 2);
        for (String port : List.of("here", "65536", "-1")) {
            assertThrows(UserException.class, () -> StoreProcesses.join(launcher, Map.of("MASTER_ADDR", "localhost", "MASTER_PORT", port)), port);
        }
    }

    @Test
    void aNumberThatNoProcessHasIsRefused() {
        var failure = assertThrows(UserException.class, () -> Launcher.of(Map.of("RANK", "2", "WORLD_SIZE", "2")));
        assertEquals("the variable RANK is 2, and by WORLD_SIZE there are 2 processes, counted from 0", failure.getMessage());
    }
}
