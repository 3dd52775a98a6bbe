package pleat.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.verify.PlanVerifier;
import pleat.runtime.collective.Routes;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.host.RandomExchange;
import pleat.runtime.io.TensorData;
import pleat.runtime.process.Processes;
import pleat.runtime.process.TogetherInThreads;

/** Devices of several processes, here threads, exchange by the calls of NCCL what logical devices exchange by copies. */
class NcclExchangesTest {
    private static final long LIMIT = 10_000_000;
    private static final GpuCode NONE = new GpuCode("sm_80", ImmutableList.of(), ImmutableMap.of());

    private interface OnDevice<T> {
        T run(int device, GpuGroup group);
    }

    /** What each device gives; the names of the calls go to {@code calls}. */
    private static <T> List<T> together(List<Plan> plans, Set<String> calls, OnDevice<T> work) throws InterruptedException, ExecutionException {
        try (var arena = Arena.ofShared(); var threads = Executors.newFixedThreadPool(plans.size())) {
            var devices = plans.stream().map(_ -> new EmulatedDevice(LIMIT, 1)).toList();
            var nccl = new FakeNccl(arena, devices);
            var processes = TogetherInThreads.of(plans.size());
            var running = new ArrayList<Future<T>>();
            for (int d = 0; d < plans.size(); d++) {
                int device = d;
                running.add(threads.submit(() -> {
                    try (var group = group(plans.get(device), devices.get(device), nccl, processes.get(device))) {
                        return work.run(device, group);
                    }
                }));
            }
            var results = new ArrayList<T>();
            for (var each : running) {
                results.add(each.get());
            }
            calls.addAll(nccl.calls);
            devices.forEach(EmulatedDevice::close);
            return results;
        }
    }

    private static GpuGroup group(Plan plan, EmulatedDevice device, FakeNccl nccl, Processes processes) {
        var groups = new NcclGroups(new NcclLibrary(nccl.symbols()), processes, Routes.of(plan), FakeNccl.stream(processes.rank()));
        return new GpuGroup(List.of(new GpuGroup.Program(plan, NONE)), device, new NcclExchanges(plan, new NcclExchanges.Streams(device, device), groups),
                Optional.empty());
    }

    private static void fill(GpuRunner runner, int device, long seed) {
        for (var buffer : runner.wanted()) {
            var values = RandomExchange.values(device, buffer, seed);
            var shape = buffer.type().shape();
            var tensor = buffer.type().dtype().isFloating() ? TensorData.ofDoubles(values, shape)
                    : TensorData.ofLongs(IntStream.range(0, values.length).mapToLong(i -> (long) values[i]).toArray(), shape);
            runner.fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
        }
    }

    @Test
    void everyPatternGivesWhatTheInterpreterGives() throws InterruptedException, ExecutionException {
        var calls = new TreeSet<String>();
        for (int at = 0; at < 40; at++) {
            long seed = at;
            var plans = RandomExchange.plans(new Random(seed));
            var found = together(plans, calls, (device, group) -> {
                fill(group.runners().getFirst(), device, seed);
                group.run();
                assertEquals(1, group.runners().getFirst().exchangeTimes().getFirst().count());
                return group.runners().getFirst().outputs().get("y").toDoubles();
            });
            var expected = PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(RandomExchange.values(d, buffer, seed), buffer.type().shape()));
            for (int d = 0; d < plans.size(); d++) {
                assertArrayEquals(expected.get(d).get("y").toArray(), found.get(d), "seed " + seed + ", device " + d + ": " + plans.get(d).steps());
            }
        }
        assertTrue(calls.containsAll(Set.of("ncclAllReduce", "ncclSend", "ncclRecv", "ncclCommDestroy")), calls::toString);
    }

    /** Parts of the outer dim lie one behind the other; parts of the inner one are put together and taken apart. */
    @ParameterizedTest
    @CsvSource({"all_gather dim 0 (2; 2; 2), '2, 8', '6, 8', ncclAllGather", "all_gather dim 1 (4; 4; 4), '5, 4', '5, 12', ncclAllGather",
        "reduce_scatter dim 0 (2; 2; 2) sum, '6, 8', '2, 8', ncclReduceScatter", "reduce_scatter dim 1 (4; 4; 4) max, '5, 12', '5, 4', ncclReduceScatter"})
    void evenPartsGoThroughCollectives(String what, String from, String to, String call) throws InterruptedException, ExecutionException {
        var plans = IntStream.range(0, 3).mapToObj(member -> PlanVerifier.verified(PlanParser.parse(new Source("p.ir", """
                plan @p arena 4096 live 0 unshared 0 {
                  buffer %%x: bf16[%s] (0, 1) input "x" at 0 bytes %d
                  buffer %%y: bf16[%s] (0, 1) output "y" at 2048 bytes %d
                  start 0 %s among (0, 1, 2) as %d %%x -> %%y
                  await 0
                }
                """.formatted(from, bytes(from), to, bytes(to), what.replace(';', ','), member))))).toList();
        var calls = new TreeSet<String>();
        var found = together(plans, calls, (device, group) -> {
            fill(group.runners().getFirst(), device, 9);
            group.run();
            return group.runners().getFirst().outputs().get("y").toDoubles();
        });
        var expected = PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(RandomExchange.values(d, buffer, 9), buffer.type().shape()));
        for (int d = 0; d < plans.size(); d++) {
            assertArrayEquals(expected.get(d).get("y").toArray(), found.get(d), "device " + d);
        }
        assertTrue(calls.contains(call), calls::toString);
    }

    private static long bytes(String shape) {
        return 2 * Stream.of(shape.split(", ")).mapToLong(Long::parseLong).reduce(1, (a, b) -> a * b);
    }

    @Test
    void aGraphOfAStepExchangesEveryTime() throws InterruptedException, ExecutionException {
        var plans = several();
        var runs = together(plans, new TreeSet<>(), (device, group) -> {
            group.useGraph();
            var found = new ArrayList<double[]>();
            fill(group.runners().getFirst(), device, 4);
            group.run();
            found.add(group.runners().getFirst().outputs().get("y").toDoubles());
            return found;
        });
        var expected = PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(RandomExchange.values(d, buffer, 4), buffer.type().shape()));
        assertArrayEquals(expected.getFirst().get("y").toArray(), runs.getFirst().getFirst());
    }

    /** A random plan of at least two devices. */
    private static List<Plan> several() {
        return IntStream.range(0, 1000).mapToObj(seed -> RandomExchange.plans(new Random(seed)))
                .filter(plans -> plans.size() > 1 && plans.getFirst().steps().getFirst().toString().contains("AllToAll")).findFirst().orElseThrow();
    }

    @Test
    void plansThatExchangeDifferentThingsAreRefused() {
        var plans = several();
        var others = IntStream.range(0, 1000).mapToObj(seed -> RandomExchange.plans(new Random(seed)))
                .filter(other -> other.size() == plans.size() && !other.getFirst().steps().equals(plans.getFirst().steps())).findFirst().orElseThrow();
        var mixed = new ArrayList<>(plans);
        mixed.set(1, others.get(1));
        var failure = assertThrows(ExecutionException.class, () -> together(mixed, new TreeSet<>(), (_, group) -> group.run())).getCause();
        assertTrue(failure instanceof DeviceException && failure.getMessage().contains("devices 0 and 1 have different exchanges among"), failure.toString());
    }
}
