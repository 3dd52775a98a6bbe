package pleat.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.TensorMap;
import pleat.ir.type.DType;
import pleat.runtime.device.CudaProbe;
import pleat.runtime.device.Probe;
import pleat.runtime.emulator.EmulatedDevice;

/** The binding of NVIDIA's driver, against a library of the same functions that is none. */
class CudaDriverTest {
    /** Writes its parameter plus the number of its thread. */
    private static final String PTX = """
            .version 7.8
            .target sm_80
            .address_size 64
            .visible .entry count(.param .u32 first, .param .u64 out)
            {
                .reg .b32 %r<3>;
                .reg .b64 %rd<3>;
                mov.u32 %r0, %tid.x;
                ld.param.u32 %r1, [first];
                ld.param.u64 %rd0, [out];
                mul.wide.u32 %rd1, %r0, 4;
                add.s64 %rd0, %rd0, %rd1;
                add.u32 %r1, %r1, %r0;
                st.global.b32 [%rd0], %r1;
                ret;
            }
            """;

    private interface Use {
        void with(FakeCuda fake, CudaDriver driver);
    }

    private static void use(Use use) {
        try (var arena = Arena.ofShared()) {
            var fake = new FakeCuda(arena);
            var library = new CudaLibrary(fake.symbols());
            try (var driver = new CudaDriver(library, CudaDevice.all(library).get(1))) {
                use.with(fake, driver);
            }
            assertEquals("cuDevicePrimaryCtxRelease_v2", fake.calls.getLast());
        }
    }

    private static int[] count(Driver driver, int sharedBytes) {
        long address = driver.allocate(64);
        var launch = new Driver.Launch(driver.load(PTX).kernel("count"), Driver.Extent.of(1), Driver.Extent.of(16), sharedBytes,
                new Parameters().i32(7).i64(address).toBytes());
        driver.launch(launch);
        var found = new int[16];
        driver.read(MemorySegment.ofArray(found), address);
        return found;
    }

    @Test
    void devicesAreAskedForTheirNamesAndAbilities() {
        use((fake, driver) -> {
            assertEquals(new CudaDevice(1, "Fake 71", 90, 232_448, 1000), driver.device());
            assertEquals("sm_90", driver.device().target());
            assertTrue(fake.calls.contains("cuDevicePrimaryCtxRetain 71"), fake.calls.toString());
        });
    }

    @Test
    void aLaunchGetsItsParametersAndTheMemoryComesBack() {
        use((fake, driver) -> {
            assertEquals(7 + 15, count(driver, 0)[15]);
            assertEquals(List.of(), fake.sharedAsked);
            count(driver, 100_000);
            assertEquals(List.of(100_000), fake.sharedAsked);
        });
    }

    @Test
    void copiesFillsAndGraphsDoWhatTheySay() {
        use((_, driver) -> {
            long address = driver.allocate(32);
            var graph = driver.capture(() -> {
                driver.fill(address, (byte) 3, 16);
                driver.copy(address + 16, address, 16);
            });
            driver.write(address, MemorySegment.ofArray(new byte[32]));
            var found = new byte[32];
            driver.read(MemorySegment.ofArray(found), address);
            assertEquals(0, found[31]);
            graph.launch();
            driver.read(MemorySegment.ofArray(found), address);
            assertEquals(3, found[31]);
            graph.close();
            driver.free(address);
        });
    }

    /** What the GPU is told of a buffer is what its boxes are copied by, also when the launch is captured and asked for later. */
    @Test
    void aTensorMapIsTheBufferItIsOf() throws IOException {
        String ptx;
        try (var text = EmulatedDevice.class.getResourceAsStream("bulk.ptx")) {
            ptx = new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
        use((fake, driver) -> {
            long out = driver.allocate(1024);
            var map = new TensorMap(0, 32, DType.F16, ImmutableList.of(new TensorMap.Dim(100, 2, 64), new TensorMap.Dim(7, 208, 8)));
            var kernel = new GpuKernel("product", "bulk", 0, 1, 96, new GpuKernel.Memory(2080, 0), ImmutableList.of(map));
            var numbers = new short[1000];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (short) i;
            }
            long buffer = driver.allocate(2000);
            driver.write(buffer, MemorySegment.ofArray(numbers));
            var launch = new Driver.Launch(driver.load(ptx).kernel("bulk"), Driver.Extent.of(1), Driver.Extent.of(96), 2080,
                    Parameters.of(driver, kernel, buffer, out).toBytes());
            // The kernel takes its output and the number of boxes where the buffer and its output stand.
            var parameters = new Parameters().map(Arrays.copyOf(launch.parameters(), TensorMap.BYTES)).i64(out).i32(1).toBytes();
            try (var graph = driver.capture(() -> driver.launch(new Driver.Launch(launch.kernel(), launch.grid(), launch.block(), launch.sharedBytes(), parameters)))) {
                graph.launch();
            }
            var found = new short[512];
            driver.read(MemorySegment.ofArray(found), out);
            for (int i = 0; i < found.length; i++) {
                assertEquals(i / 64 < 7 ? 16 + i / 64 * 104 + i % 64 : 0, found[i], "element " + i);
            }
            assertArrayEquals(new byte[TensorMap.BYTES], Arrays.copyOf(Parameters.of(driver, kernel, buffer + 8).toBytes(), TensorMap.BYTES));
            fake.failing.put("cuTensorMapEncodeTiled", 1);
            var refusal = assertThrows(DeviceException.class, () -> Parameters.of(driver, kernel, buffer));
            assertEquals("the GPU failed: cuTensorMapEncodeTiled gives error 1, CUDA_ERROR_OF_A_TEST: somebody pulled the plug\n"
                    + "  = note: for a tensor map of argument 0 of kernel `product`\n  = help: `--arch sm_90a,bulk=off` does without such maps", refusal.getMessage());
            assertEquals(74, refusal.exitCode());
        });
    }

    @Test
    void timesAreThoseBetweenTheMarks() {
        use((_, driver) -> {
            try (var from = driver.mark()) {
                driver.synchronize();
                try (var to = driver.mark()) {
                    assertEquals(3_000_000, driver.nanosBetween(from, to));
                }
            }
        });
    }

    @Test
    void anErrorBecomesAMessageOfADevice() {
        use((fake, driver) -> {
            fake.failing.put("cuLaunchKernel", 719);
            var failure = assertThrows(DeviceException.class, () -> count(driver, 0));
            assertEquals("the GPU failed: cuLaunchKernel gives error 719, CUDA_ERROR_OF_A_TEST: somebody pulled the plug", failure.getMessage());
            assertEquals(74, failure.exitCode());
        });
    }

    @Test
    void whatTheAssemblerSaysIsPassedOn() {
        use((fake, driver) -> {
            fake.failing.put("cuModuleLoadDataEx", 218);
            fake.log = "ptxas application ptx input, line 9; error: Arguments mismatch";
            var message = assertThrows(DeviceException.class, () -> driver.load(PTX)).getMessage();
            assertTrue(message.endsWith("for Fake 71, sm_90\n    ptxas application ptx input, line 9; error: Arguments mismatch"), message);
        });
    }

    @Test
    void tooLittleMemoryIsTheUsersMatter() {
        use((fake, driver) -> {
            fake.failing.put("cuMemAlloc_v2", 2);
            assertEquals("64 bytes of GPU memory are needed, and of the 1000 bytes of Fake 71 10 are free",
                    assertThrows(UserException.class, () -> driver.allocate(64)).getMessage());
        });
    }

    @Test
    void anotherThreadGetsTheContext() throws InterruptedException {
        try (var arena = Arena.ofShared()) {
            var fake = new FakeCuda(arena);
            var library = new CudaLibrary(fake.symbols());
            try (var driver = new CudaDriver(library, CudaDevice.all(library).getFirst())) {
                var other = new Thread(driver::synchronize);
                other.start();
                other.join();
                assertEquals(2, fake.calls.stream().filter("cuCtxSetCurrent"::equals).count());
            }
        }
    }

    @Test
    void aDriverThatIsTooOldIsNamedWithWhatItLacks() {
        var message = assertThrows(DeviceException.class, () -> new CudaLibrary(_ -> Optional.empty())).getMessage();
        assertTrue(message.startsWith("the NVIDIA driver has no `cuInit`"), message);
    }

    @Test
    void withoutADriverTheMessageSaysWhatCanBeDone() {
        if (CudaProbe.run() instanceof Probe.Found) {
            System.out.println("skipped: this machine has a GPU");
            return;
        }
        var message = assertThrows(PleatException.class, () -> CudaDriver.open(Map.of())).getMessage();
        assertTrue(message.contains("no NVIDIA driver on this machine: no libcuda.so.1") || message.contains("GPU"), message);
    }

    @ParameterizedTest
    @CsvSource({"OMPI_COMM_WORLD_LOCAL_RANK, 1, 1", "SLURM_LOCALID, 1, 1", "LOCAL_RANK, 0, 0", "HOME, /, 0"})
    void theLauncherSaysWhichDevice(String variable, String value, int expected) {
        var two = List.of(new CudaDevice(0, "a", 80, 1, 1), new CudaDevice(1, "b", 80, 1, 1));
        assertEquals(expected, CudaDevice.chosen(two, Map.of(variable, value)).number());
        // A launcher may show each process one of them.
        assertEquals(0, CudaDevice.chosen(two.subList(0, 1), Map.of(variable, value)).number());
    }

    @Test
    void aPlaceWithoutADeviceIsRefused() {
        var two = List.of(new CudaDevice(0, "a", 80, 1, 1), new CudaDevice(1, "b", 80, 1, 1));
        var message = assertThrows(UserException.class, () -> CudaDevice.chosen(two, Map.of("LOCAL_RANK", "2"))).getMessage();
        assertTrue(message.startsWith("the variable LOCAL_RANK is `2`, and this machine has GPUs 0 to 1"), message);
        assertThrows(DeviceException.class, () -> CudaDevice.chosen(List.of(), Map.of()));
    }
}
