package pleat.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The scripts that measure bundles print one JSON object whatever fails, and say which goals its numbers meet. */
final class BenchScriptsTest {
    private static final Path SCRIPTS = Path.of("..", "bench", "gpu");
    private static final List<String> MANIFEST = List.of("pleat-cuda 3", "model m", "target sm_80", "dtype f32", "arena 4096", "flops 1000", "text k0.ptx",
            "kernel 0 4 32 0 1000 k0 main.00", "work 0 64000 2000 rows", "launch 0 1000 0 -1", "end");
    private static final String KERNELS = """
            [{"name": "main.00", "family": "bands", "ms": 1.0, "executed_product_flops_per_s": 1e14, "of_copy_rate": 0.2, "of_issue_rate": 0.7},
             {"name": "main.01", "family": "rows", "ms": 3.0, "executed_product_flops_per_s": 0, "of_copy_rate": 0.9, "of_issue_rate": 0.3},
             {"name": "main.02", "family": "rows", "ms": 1.0, "executed_product_flops_per_s": 0, "of_copy_rate": 0.5, "of_issue_rate": 0.3},
             {"name": "main.03", "family": "rows", "ms": 0.001, "executed_product_flops_per_s": 0, "of_copy_rate": 0.1, "of_issue_rate": 0.05}]""";
    private static final String RESULT = """
            {"bundles": [
              {"bundle": "evoformer-128x256-bf16", "report": {"ok": true, "dtype": "bf16", "target": "sm_90", "graph_ms": 2.0, "kernels": %s}},
              {"bundle": "product-4096-bf16-sm_90a", "report": {"ok": true, "dtype": "bf16", "target": "sm_90a", "graph_ms": 2.0,
                "kernels": [{"name": "main.00", "ms": 1.0, "flops_per_s": 5e14}]}},
              {"bundle": "pairformer-256-bf16", "report": {"ok": false, "exit": 74, "error": "no memory"}}],
             "torch": {"blocks": [{"block": "evoformer_torch", "size": [128, 256], "eager_ms": 7.0, "compile_ms": "TritonMissing: no Triton"}],
                       "bf16_product_flops_per_s": {"4096": 8e14, "8192": "OutOfMemoryError: none left"}}}
            """.formatted(KERNELS);

    @TempDir
    private Path directory;

    @Test
    void aResultIsOneObjectWhateverFails() throws IOException, InterruptedException {
        var runner = CompiledRunner.in(directory);
        if (runner.isEmpty()) {
            return;
        }
        runner.get().pretendDriver();
        Files.write(directory.resolve("manifest.txt"), MANIFEST);
        Files.writeString(directory.resolve("k0.ptx"), "");
        Files.writeString(directory.resolve("results"), "");
        var broken = Files.createDirectory(directory.resolve("bro\"ken"));
        for (String source : CudaBundle.RUNNER) {
            Files.copy(directory.resolve(source), broken.resolve(source));
        }
        Files.writeString(broken.resolve("manifest.txt"), "pleat-cuda 3\narena \"x\"\n");
        var none = Files.createDirectory(directory.resolve("none"));
        var environment = Map.of("LD_LIBRARY_PATH", directory.toString(), "PRETEND_RESULTS", directory.resolve("results").toString(), "PYTHON", "no-such-python");
        var said = CompiledRunner.said(environment, "sh", "-c", "sh \"$0\" \"$@\" 2> /dev/null", SCRIPTS.resolve("run.sh").toString(), directory + "/",
                broken.toString(), none.toString());
        assertEquals(1, said.status(), said::text);
        var result = JsonMapper.shared().readTree(said.text());
        var bundles = result.get("bundles");
        assertEquals(3, bundles.size());
        assertTrue(bundles.get(0).get("report").get("ok").booleanValue(), said::text);
        assertEquals("bro\"ken", bundles.get(1).get("bundle").stringValue());
        assertEquals(74, bundles.get(1).get("report").get("exit").intValue());
        assertEquals("the manifest has a line that is damaged: arena \"x\"", bundles.get(1).get("report").get("error").stringValue());
        assertFalse(bundles.get(2).get("report").get("ok").booleanValue());
        assertTrue(result.get("torch").isNull() && result.get("device").stringValue().equals("no GPU"), said::text);
    }

    @Test
    void goalsAreReadFromAResult() throws IOException, InterruptedException {
        if (!CompiledRunner.isThere("python3")) {
            System.out.println("skipped: no python3 on this machine");
            return;
        }
        var file = Files.writeString(directory.resolve("result.json"), RESULT);
        var said = goals(file);
        assertEquals(1, said.status(), said::text);
        var lines = said.text().lines().map(line -> line.replaceAll(" +", " ").strip()).toList();
        assertEquals(List.of("numbers agree evoformer-128x256-bf16 1.00 of 1.00 met",
                "kernels bound by memory, of the rate of copies evoformer-128x256-bf16 0.80 of 0.85 missed",
                "attention (bands), of the rate of issue evoformer-128x256-bf16 0.70 of 0.65 met",
                "eager PyTorch's time over ours evoformer-128x256-bf16 3.50 of 3.00 met",
                "torch.compile's time over ours evoformer-128x256-bf16 - of 1.50 not measured",
                "numbers agree product-4096-bf16-sm_90a 1.00 of 1.00 met",
                "product over cuBLAS's product-4096-bf16-sm_90a 0.62 of 0.85 missed",
                "numbers agree pairformer-256-bf16 0.00 of 1.00 missed",
                "kernels bound by memory, of the rate of copies pairformer-256-bf16 - of 0.85 not measured",
                "attention (bands), of the rate of issue pairformer-256-bf16 - of 0.65 not measured",
                "eager PyTorch's time over ours pairformer-256-bf16 - not measured",
                "torch.compile's time over ours pairformer-256-bf16 - not measured"), lines);
        assertEquals(2, goals(Files.writeString(file, "[1]")).status());
        assertEquals(2, goals(directory.resolve("nowhere.json")).status());
    }

    private static CompiledRunner.Said goals(Path file) throws IOException, InterruptedException {
        return CompiledRunner.said(Map.of(), "python3", SCRIPTS.resolve("goals.py").toString(), file.toString());
    }
}
