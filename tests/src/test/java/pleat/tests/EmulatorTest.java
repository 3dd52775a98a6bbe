package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.Main;
import pleat.cli.model.ModelName;
import pleat.tests.EveryWay.Way;

/** What is shipped to GPUs, executed and checked instruction by instruction. */
final class EmulatorTest {
    private static final Path GOLDENS = Goldens.root().resolve("tests/src/test/resources/goldens");

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"of_outer_product_mean", "of_msa_column_global_attention", "b1_transition_swiglu", "b1_relative_position_encoding"})
    void filesOfReferenceResultsPass(String name) {
        check(GOLDENS.resolve(name + ".npz"));
    }

    static List<String> others() throws IOException {
        try (var files = Files.list(GOLDENS)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".npz")).sorted().toList();
        }
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void allFilesOfReferenceResultsPass(String name) {
        check(GOLDENS.resolve(name));
    }

    /** Every kernel by itself, too. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"of_outer_product_mean, f32, sm_90", "of_outer_product_mean, bf16, sm_90a", "of_msa_column_global_attention, f16, sm_80",
        "b1_transition_swiglu, bf16, sm_80", "b1_transition_swiglu, f16, sm_90a"})
    void everyKernelIsNear(String name, String dtype, String target) {
        check(GOLDENS.resolve(name + ".npz"), "--kernels", "--dtype", dtype, "--arch", target);
    }

    static Stream<Arguments> othersByKernel() throws IOException {
        return others().stream().flatMap(file -> Stream.of(Arguments.of(file, "bf16", "sm_80"), Arguments.of(file, "f16", "sm_80"),
                Arguments.of(file, "bf16", "sm_90a")));
    }

    @Tag("long")
    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("othersByKernel")
    void everyKernelOfAllFilesIsNear(String name, String dtype, String target) {
        check(GOLDENS.resolve(name), "--kernels", "--dtype", dtype, "--arch", target);
    }

    private static void check(Path file, String... options) {
        var out = new StringWriter();
        var command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        var words = Stream.concat(Stream.of("check-golden", "--via", "emulator", "--threads", "2", file.toString()), Stream.of(options));
        assertEquals(0, command.execute(words.toArray(String[]::new)), out::toString);
    }

    private static ModelCase triangle(int residues) {
        return ModelCase.of(ModelName.parse("af2.triangle_multiplication:TriangleMultiplicationOutgoing"), 1, residues);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void oddSizesAgree(int residues) {
        assertEquals(List.of(), ModelNativeTest.disagreements(triangle(residues).module(), true, List.of(Way.EMULATOR)));
    }

    /** Forward and backward, where attention has rows enough to be a band. */
    @Test
    void float16StorageStaysNear() {
        var block = ModelCase.of(ModelName.parse("af2.evoformer:EvoformerBlock"), 5, 12);
        assertEquals(List.of(), ModelNativeTest.disagreements(block.module(), true, List.of(Way.EMULATOR_F16)));
    }

    static Stream<ModelCase> ragged() throws IOException {
        var sizes = List.of(1, 7, 31, 33);
        return ShippedModelsTest.modules().stream().flatMap(name -> sizes.stream().map(size -> ModelCase.of(name, 3, size)));
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("ragged")
    void everyModuleAgreesAtRaggedSizes(ModelCase model) {
        assertEquals(List.of(), ModelNativeTest.disagreements(model.module(), true, List.of(Way.EMULATOR, Way.EMULATOR_BF16)));
    }
}
