package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;

/** What was compiled once is found; what is damaged, or another text or target, is compiled. */
class CachedPtxTest {
    @TempDir
    private Path folder;

    private final List<String> compiled = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private PtxCompiler cached() {
        return new CachedPtx(ModelCache.bundles(folder, notes::add), (texts, target, _) -> {
            compiled.add(target.name() + texts);
            return texts.stream().map(text -> "ptx of " + text).collect(ImmutableList.toImmutableList());
        });
    }

    @Test
    void theSameIsCompiledOnce() {
        var first = cached().compile(List.of("a", "b\n\"ü"), GpuTarget.SM_80, 1);
        var second = cached().compile(List.of("a", "b\n\"ü"), GpuTarget.SM_80, 1);
        assertEquals(List.of("ptx of a", "ptx of b\n\"ü"), first);
        assertEquals(first, second);
        assertEquals(1, compiled.size());
        cached().compile(List.of("a", "b\n\"ü"), GpuTarget.SM_90, 1);
        cached().compile(List.of("ab\n\"ü", ""), GpuTarget.SM_80, 1);
        assertEquals(3, compiled.size(), compiled::toString);
    }

    @Test
    void whatIsDamagedIsCompiledAgain() throws IOException {
        cached().compile(List.of("a"), GpuTarget.SM_80, 1);
        try (var entries = Files.list(folder)) {
            var entry = entries.filter(Files::isDirectory).findFirst().orElseThrow();
            Files.writeString(entry.resolve("texts.json"), "[\"ptx of\"]");
        }
        assertEquals(List.of("ptx of a"), cached().compile(List.of("a"), GpuTarget.SM_80, 1));
        assertEquals(2, compiled.size());
        assertTrue(notes.getFirst().contains("`texts.json` is not what was written; compiling again"), notes::toString);
        cached().compile(List.of("a"), GpuTarget.SM_80, 1);
        assertEquals(2, compiled.size());
    }
}
