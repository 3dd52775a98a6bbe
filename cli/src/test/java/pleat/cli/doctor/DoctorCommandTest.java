package pleat.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import pleat.cli.doctor.Finding.State;
import tools.jackson.databind.json.JsonMapper;

final class DoctorCommandTest {
    private final StringWriter out = new StringWriter();

    @Test
    void theMachineThatRunsTheTestsCanCompile() {
        int code = new CommandLine(new DoctorCommand()).setOut(new PrintWriter(out)).execute("--json");

        var report = JsonMapper.builder().build().readTree(out.toString());
        assertEquals(0, code, out.toString());
        assertTrue(report.get("ok").asBoolean());
        assertEquals(
                List.of("processor", "vectors", "memory", "java", "llvm", "cuda", "nccl", "cublaslt", "ptxas", "mpi"),
                StreamSupport.stream(report.get("findings").spliterator(), false)
                        .map(finding -> finding.get("name").asString())
                        .toList());
        assertTrue(report.get("findings").get(4).get("value").asString().startsWith("20.1"), out.toString());
    }

    @Test
    void whatIsMissingStandsWithTheWayToGetIt() {
        var findings = List.of(
                Finding.ok("java", "25"), new Finding("llvm", State.MISSING, "no libLLVM.so", "install a newer libstdc++"));
        DoctorCommand.print(new DoctorCommand.Report(false, findings), new PrintWriter(out));

        assertEquals(
                """
                ok       java       25
                missing  llvm       no libLLVM.so
                                    = help: install a newer libstdc++
                Pleat cannot compile on this machine: see `missing`.
                """,
                out.toString());
    }
}
