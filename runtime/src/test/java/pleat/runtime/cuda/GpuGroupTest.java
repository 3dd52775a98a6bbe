package pleat.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.type.DType;
import pleat.ir.verify.PlanVerifier;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.emulator.KernelFault;
import pleat.runtime.host.RandomExchange;
import pleat.runtime.io.TensorData;

/** Plans on the driver interface do what the plan interpreter says. */
class GpuGroupTest {
    private static final long LIMIT = 10_000_000;
    private static final GpuCode NONE = new GpuCode("sm_80", ImmutableList.of(), ImmutableMap.of());

    /** Adds a row of a table to x, four turns of a loop, in a place of its own each time; then the last is copied. */
    private static final Plan SUMS = PlanVerifier.verified(PlanParser.parse(new Source("sums.ir", """
            plan @sums arena 2048 live 0 unshared 0 {
              buffer %x: f32[32] (0) input "x" at 0 bytes 128
              buffer %table: f32[4, 32] (0, 1) weight "table" at 512 bytes 512
              buffer %all: f32[4, 32] (0, 1) output "all" at 1024 bytes 512
              buffer %last: f32[32] (0) output "last" at 1536 bytes 128
              loop 4 reversed {
                launch @add(%x, %table[128*i0], %all[128*i0]) @ sums.pleat:3:1
                copy %all[128*i0] -> %last
              }
            }
            kernel @add(%a: f32[32] (0), %b: f32[32] (0), out %c: f32[32] (0))
                axes(grid i: 32 by 32) {
              %a[i] = load %a[i]
              %b[i] = load %b[i]
              %c[i] = %a[i] + %b[i]
              store %c[i] = %c[i]
            }
            """)));

    private static GpuCode add(String index) {
        var ptx = """
                .version 7.8
                .target sm_80
                .address_size 64
                .visible .entry add_entry(.param .u64 a, .param .u64 b, .param .u64 c, .param .u64 scratch)
                {
                    .reg .b32 %r<5>;
                    .reg .b64 %rd<8>;
                    mov.u32 %r0, INDEX;
                    ld.param.u64 %rd0, [a];
                    ld.param.u64 %rd1, [b];
                    ld.param.u64 %rd2, [c];
                    mul.wide.u32 %rd3, %r0, 4;
                    add.s64 %rd0, %rd0, %rd3;
                    add.s64 %rd1, %rd1, %rd3;
                    add.s64 %rd2, %rd2, %rd3;
                    ld.global.b32 %r1, [%rd0];
                    ld.global.b32 %r2, [%rd1];
                    add.f32 %r3, %r1, %r2;
                    st.global.b32 [%rd2], %r3;
                    ret;
                }
                """.replace("INDEX", index);
        return new GpuCode("sm_80", ImmutableList.of(ptx), ImmutableMap.of("add",
                new GpuKernel("add", "add_entry", 0, 1, 32, new GpuKernel.Memory(0, 0))));
    }

    private static void fill(GpuRunner runner, int device, long seed) {
        for (var buffer : runner.wanted()) {
            var values = RandomExchange.values(device, buffer, seed);
            var tensor = buffer.type().dtype() == DType.I32 ? TensorData.ofLongs(IntStream.range(0, values.length).mapToLong(i -> (long) values[i]).toArray(),
                    buffer.type().shape()) : TensorData.ofDoubles(values, buffer.type().shape());
            runner.fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
        }
    }

    private static List<ImmutableMap<String, NdArray>> expected(List<Plan> plans, long seed) {
        return PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(RandomExchange.values(d, buffer, seed), buffer.type().shape())).stream()
                .map(ImmutableMap::copyOf).toList();
    }

    @Test
    void aPlanWithLoopsAndCopiesGivesWhatTheInterpreterGives() {
        try (var device = new EmulatedDevice(LIMIT, 1); var group = new GpuGroup(List.of(new GpuGroup.Program(SUMS, add("%tid.x"))), device)) {
            var runner = group.runners().getFirst();
            fill(runner, 0, 1);
            group.run();
            expected(List.of(SUMS), 1).getFirst().forEach((name, array) -> assertArrayEquals(array.toArray(), runner.outputs().get(name).toDoubles(), name));
            assertEquals(List.of("add", 4L), runner.kernelTimes().stream().flatMap(time -> java.util.stream.Stream.of(time.kernel(), time.launches())).toList());
            assertEquals(2048, runner.allocatedBytes());
        }
    }

    @Test
    void aGraphOfAStepDoesTheSameWithNewInputs() {
        try (var device = new EmulatedDevice(LIMIT, 1); var group = new GpuGroup(List.of(new GpuGroup.Program(SUMS, add("%tid.x"))), device)) {
            group.useGraph();
            for (long seed = 2; seed < 4; seed++) {
                fill(group.runners().getFirst(), 0, seed);
                group.run();
                assertArrayEquals(expected(List.of(SUMS), seed).getFirst().get("all").toArray(), group.runners().getFirst().outputs().get("all").toDoubles());
            }
        }
    }

    @Test
    void whatAKernelMustNotDoEndsTheRunWithItsPlace() {
        try (var device = new EmulatedDevice(LIMIT, 1); var group = new GpuGroup(List.of(new GpuGroup.Program(SUMS, add("4096"))), device)) {
            fill(group.runners().getFirst(), 0, 1);
            var message = assertThrows(KernelFault.class, group::run).getMessage();
            assertTrue(message.startsWith("access out of bounds") && message.contains("kernel add_entry, PTX line 16"), message);
        }
    }

    @Test
    void infinitiesAreNamedWithTheKernelThatMadeThem() {
        try (var device = new EmulatedDevice(LIMIT, 1); var group = new GpuGroup(List.of(new GpuGroup.Program(SUMS, add("%tid.x"))), device)) {
            var runner = group.runners().getFirst();
            var table = runner.wanted().getLast();
            fill(runner, 0, 1);
            var values = new double[128];
            values[40] = Double.POSITIVE_INFINITY;
            runner.fill(table, (b, memory) -> TensorData.ofDoubles(values, b.type().shape()).copyTo(memory, b.type().dtype()));
            runner.checkFinite();
            var message = assertThrows(UserException.class, group::run).getMessage();
            assertTrue(message.contains("output `all` is not finite: it has Infinity at [8]") && message.contains("in iteration 1"), message);
        }
    }

    @Test
    void logicalDevicesExchangeWhatThePlanSays() {
        for (long seed = 0; seed < 60; seed++) {
            var plans = RandomExchange.plans(new Random(seed));
            try (var device = new EmulatedDevice(LIMIT, 1);
                    var group = new GpuGroup(plans.stream().map(plan -> new GpuGroup.Program(plan, NONE)).toList(), device)) {
                for (int d = 0; d < plans.size(); d++) {
                    fill(group.runners().get(d), d, seed);
                }
                group.run();
                for (int d = 0; d < plans.size(); d++) {
                    var found = group.runners().get(d).outputs().get("y").toDoubles();
                    assertArrayEquals(expected(plans, seed).get(d).get("y").toArray(), found, "seed " + seed + ", device " + d + ": " + plans.get(d).steps());
                    assertEquals(1, group.runners().get(d).exchangeTimes().getFirst().count());
                }
            }
        }
    }
}
