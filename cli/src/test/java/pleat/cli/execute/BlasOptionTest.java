package pleat.cli.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.Pleat;

/** Where cuBLASLt may be asked for. */
class BlasOptionTest {

    @ParameterizedTest
    @CsvSource({"run, cpu, auto", "run, emulator, on", "train, cpu, on"})
    void onlyAGpuOfNvidiaHasIt(String command, String on, String blas) {
        var refused = command.equals("train") ? Pleat.run(command, "evoformer-block", "--steps", 1, "--on", on, "--blas", blas)
                : Pleat.run(command, "evoformer-block", "--on", on, "--blas", blas);
        assertEquals(1, refused.exitCode(), refused.err());
        assertTrue(refused.err().contains("--blas is for NVIDIA GPUs: cuBLASLt runs on nothing else\n  = help: add --on cuda"), refused.err());
    }
}
