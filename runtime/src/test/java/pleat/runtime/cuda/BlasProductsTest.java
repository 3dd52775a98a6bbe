package pleat.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.verify.PlanVerifier;
import pleat.runtime.device.LibraryProbe;
import pleat.runtime.device.Probe;
import pleat.runtime.io.TensorData;

/** Products of plans by a library with cuBLASLt's functions, against the interpreter of plans. */
class BlasProductsTest {
    private static final MemorySegment STREAM = MemorySegment.ofAddress(77);

    @TempDir
    private Path folder;

    private Arena arena;
    private BlasStub stub;

    @BeforeEach
    void compileStub() throws IOException, InterruptedException {
        arena = Arena.ofShared();
        var compiled = BlasStub.in(folder, arena);
        Assumptions.assumeTrue(compiled.isPresent());
        stub = compiled.get();
    }

    @AfterEach
    void unload() {
        arena.close();
    }

    /** A product, three times, of slices that are not aligned to more than an element or two. */
    private static Plan plan(String x, String w, String y, String body) {
        long[] at = new long[3];
        long[] bytes = {bytes(x), bytes(w), bytes(y)};
        for (int b = 1; b < 3; b++) {
            at[b] = (at[b - 1] + 3 * bytes[b - 1] + Plan.SLACK_BYTES) / 256 * 256 + 256;
        }
        return PlanVerifier.verified(PlanParser.parse(new Source("p.ir", """
                plan @p arena %d live 0 unshared 0 {
                  buffer %%x: %s input "x" at 0 bytes %d
                  buffer %%w: %s weight "w" at %d bytes %d
                  buffer %%y: %s output "y" at %d bytes %d
                  loop 3 {
                    launch @main(%%x[%d*i0], %%w[%d*i0], %%y[%d*i0]) @ p.pleat:3:1
                  }
                }
                kernel @main(%%x: %s, %%w: %s, out %%y: %s)
                %s
                """.formatted(at[2] + 3 * bytes[2] + Plan.SLACK_BYTES, thrice(x), 3 * bytes[0], thrice(w), at[1], 3 * bytes[1], thrice(y), at[2], 3 * bytes[2], bytes[0],
                bytes[1], bytes[2], x, w, y, body))));
    }

    private static String[] extents(String type) {
        return type.substring(type.indexOf('[') + 1, type.indexOf(']')).split(", ");
    }

    private static long bytes(String type) {
        return (type.startsWith("f32") ? 4 : 2) * List.of(extents(type)).stream().mapToLong(Long::parseLong).reduce(1, (a, b) -> a * b);
    }

    /** With a dim of three in front. */
    private static String thrice(String type) {
        var layout = new StringBuilder("(0");
        for (String dim : type.substring(type.indexOf('(') + 1, type.indexOf(')')).split(", ")) {
            layout.append(", ").append(Integer.parseInt(dim) + 1);
        }
        return type.substring(0, type.indexOf('[') + 1) + "3, " + type.substring(type.indexOf('[') + 1, type.indexOf('(')) + layout + ")";
    }

    private static double[] values(Plan.Buffer buffer) {
        long count = buffer.type().bytes() / buffer.type().dtype().bytes();
        return IntStream.range(0, (int) count).mapToDouble(i -> (i * 7L + i / 5 + buffer.name().charAt(0)) % 9 - 4).toArray();
    }

    private static double[] expected(Plan plan) {
        return PlanInterpreter.run(List.of(plan), (_, buffer) -> NdArray.of(values(buffer), buffer.type().shape())).getFirst().get("y").toArray();
    }

    private interface Use {
        void with(GpuGroup group, HostMemoryDriver driver, ProductChoices choices);
    }

    /** @param ownNanos of a launch; a product takes 1000 */
    private void use(Plan plan, boolean measures, long ownNanos, Use use) {
        var code = new GpuCode("sm_80", ImmutableList.of("text"), ImmutableMap.of("main", new GpuKernel("main", "main", 0, 1, 32, new GpuKernel.Memory(0, 0))));
        var holder = new HostMemoryDriver[1];
        holder[0] = new HostMemoryDriver(plan, () -> holder[0].launches * ownNanos + stub.multiplied() * 1000L);
        try (var driver = holder[0]) {
            try (var choices = new ProductChoices(new BlasLibrary(stub.symbols()), driver, () -> STREAM, measures);
                    var group = new GpuGroup(List.of(new GpuGroup.Program(plan, code)), driver, Optional.of(choices))) {
                for (var buffer : group.runners().getFirst().wanted()) {
                    group.runners().getFirst().fill(buffer, (b, memory) -> TensorData.ofDoubles(values(b), b.type().shape()).copyTo(memory, b.type().dtype()));
                }
                use.with(group, driver, choices);
            }
            assertEquals(0, stub.failedLine());
            assertEquals(0, stub.openThings());
        }
    }

    private static double[] result(GpuGroup group) {
        return group.runners().getFirst().outputs().get("y").toDoubles();
    }

    private static final String ROWS = "    axes(grid i: %d by 4, grid o: %d by 8, whole k: %d) {\n  %%x[i, k] = load %%x[%s]\n  %%w[k, o] = load %%w[%s]\n"
            + "  %%y[i, o] = sum[k] %%x[i, k] * %%w[k, o]\n  store %%y[i, o] = %%y[i, o]\n}\n";

    private static Plan rows(int i, int o, int k, String x, String w, String layout, String factors, String results) {
        return plan("%s[%s] (0, 1)".formatted(factors, x.equals("i, k") ? i + ", " + k : k + ", " + i),
                "%s[%s] (0, 1)".formatted(factors, w.equals("k, o") ? k + ", " + o : o + ", " + k), "%s[%d, %d] %s".formatted(results, i, o, layout),
                ROWS.formatted(i, o, k, x, w));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "7; 33; 31; i, k; o, k; (0, 1); f32; f32", "31; 2; 129; k, i; k, o; (0, 1); f32; f32", "129; 7; 3; i, k; k, o; (1, 0); f32; f32",
        "33; 31; 7; k, i; o, k; (1, 0); bf16; f32", "5; 9; 99; i, k; o, k; (1, 0); bf16; bf16", "2; 127; 33; k, i; o, k; (0, 1); f16; f16"})
    void aProductIsThatOfTheInterpreter(int i, int o, int k, String x, String w, String layout, String factors, String results) {
        var plan = rows(i, o, k, x, w, layout, factors, results);
        use(plan, false, 0, (group, driver, choices) -> {
            group.run();
            // Small whole numbers: sums are exact, and what is stored has 8 bits of them or more.
            assertArrayEquals(expected(plan), result(group), results.equals("bf16") ? 4 : 0);
            assertEquals(3, stub.multiplied());
            assertEquals(0, driver.launches);
            assertTrue(choices.all().getFirst().text().endsWith(": cuBLASLt"), choices.all().toString());
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"(0, 1, 2)", "(2, 0, 1)", "(1, 0, 2)"})
    void productsOfABatchAreOneCall(String layout) {
        // Of the second layout the channel is outermost, of the others the batch is an axis of rows.
        boolean isChannel = layout.equals("(2, 0, 1)");
        var type = isChannel ? "f32[5, 7, 3] " : layout.equals("(1, 0, 2)") ? "f32[5, 3, 7] " : "f32[3, 5, 7] ";
        var subscripts = isChannel ? "%s, k, b" : layout.equals("(1, 0, 2)") ? "%s, b, k" : "b, %s, k";
        var plan = plan(type + layout, type + layout, "f32[5, 5, 3] (2, 0, 1)", """
                    axes(grid b: 3 by 1, grid i: 5 by 2, grid j: 5 by 4, loop k: 7 by 4) {
                  %%t.init[i, j, b] = 0
                  %%t[i, j, b] = loop k carried(%%t.in[i, j, b] = %%t.init[i, j, b]) {
                    %%x[i, k, b] = load %%x[%s]
                    %%w[j, k, b] = load %%w[%s]
                    %%t.next[i, j, b] = sum[k] %%x[i, k, b] * %%w[j, k, b] init %%t.in[i, j, b]
                  } next(%%t.next[i, j, b])
                  store %%y[i, j, b] = %%t[i, j, b]
                }
                """.formatted(subscripts.formatted("i"), subscripts.formatted("j")));
        use(plan, false, 0, (group, _, _) -> {
            group.run();
            assertArrayEquals(expected(plan), result(group));
            assertEquals(3, stub.multiplied());
        });
    }

    @ParameterizedTest
    @CsvSource({"900, Pleat, '0.001 ms beside 0.001 ms'", "5000, cuBLASLt, '0.001 ms beside 0.005 ms'"})
    void theFasterOfBothIsChosenInTheFirstRunAndCaptured(long ownNanos, String chosen, String times) {
        var plan = rows(7, 33, 31, "i, k", "o, k", "(0, 1)", "f32", "f32");
        use(plan, true, ownNanos, (group, driver, choices) -> {
            group.useGraph();
            group.run();
            assertArrayEquals(expected(plan), result(group));
            assertEquals("main (33 x 7 x 31 of f32): " + chosen + ", " + times, choices.all().getFirst().text());
            int launches = driver.launches;
            int multiplied = stub.multiplied();
            // Neither marks nor memory are asked for in a capture, or the driver would refuse.
            group.run();
            assertArrayEquals(expected(plan), result(group));
            assertEquals(chosen.equals("Pleat"), driver.launches > launches);
            assertEquals(chosen.equals("cuBLASLt"), stub.multiplied() > multiplied);
        });
    }

    @Test
    void whatTheLibraryHasNoWayForIsPleats() {
        var plan = rows(7, 33, 31, "i, k", "o, k", "(0, 1)", "f32", "f32");
        stub.refuse();
        use(plan, false, 0, (group, driver, choices) -> {
            group.run();
            assertArrayEquals(expected(plan), result(group));
            assertEquals(3, driver.launches);
            assertEquals(List.of(), choices.all());
        });
    }

    @Test
    void anotherLibraryIsNamedWithWhatItLacks() {
        var message = assertThrows(DeviceException.class, () -> new BlasLibrary(_ -> Optional.empty())).getMessage();
        assertTrue(message.startsWith("the cuBLASLt of this machine has no `cublasLtCreate`"), message);
    }

    @Test
    void withoutTheLibraryTheMessageSaysWhereItIsFrom() {
        if (LibraryProbe.cublas() instanceof Probe.Found) {
            System.out.println("skipped: this machine has cuBLASLt");
            return;
        }
        var failure = assertThrows(DeviceException.class, BlasLibrary::load);
        assertTrue(failure.getMessage().contains("none of libcublasLt.so.13, libcublasLt.so.12"), failure.getMessage());
        assertEquals(74, failure.exitCode());
    }
}
