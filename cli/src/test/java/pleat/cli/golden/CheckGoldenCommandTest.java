package pleat.cli.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.cli.Pleat;

final class CheckGoldenCommandTest {
    @Test
    void noThreadsAreRefused() {
        var result = Pleat.run("check-golden", "--threads", 0, "any.npz");
        assertEquals(1, result.exitCode());
        assertEquals("--threads is 0, and at least one thread is needed" + System.lineSeparator(), result.err());
    }

    @Test
    void aHostHasNoTargets() {
        var result = Pleat.run("check-golden", "--via", "native,plan", "--arch", "sm_90", "any.npz");
        assertEquals(1, result.exitCode());
        assertEquals("--arch is for GPUs\n  = help: add --via emulator or --via cuda\n", result.err().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void kernelsOfAHostAreNotComparedOneByOne() {
        var result = Pleat.run("check-golden", "--kernels", "any.npz");
        assertEquals(1, result.exitCode());
        assertEquals(String.join(System.lineSeparator(), "kernels are compared one by one on a GPU only", "  = help: --via emulator or --via cuda", ""),
                result.err().replace("\n", System.lineSeparator()));
    }
}
