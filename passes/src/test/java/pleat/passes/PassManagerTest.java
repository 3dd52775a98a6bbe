package pleat.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;

class PassManagerTest {
    private static final TensorModule MODULE = Parser.parse("test.ir", """
            module tensor @test entry @main {
              func @main(input %x: f32[N] "x") where N in 2..8 by 2 {
                %a = exp(%x[i]) -> f32[i: N]
                %b = exp(%x[i]) -> f32[i: N]
                %y = %a[i] * %b[i] -> f32[i: N]
                return %y "y"
              }
            }
            """);

    private static final Pass BROKEN = new Pass("broken", "Fails.", needs(), gives(), _ -> {
        throw new IllegalStateException("no luck");
    });

    @TempDir
    Path directory;

    private final List<String> log = new ArrayList<>();

    private TensorModule run(Options options, Pass... passes) {
        return new PassManager(options, log::add).run(MODULE, List.of(passes));
    }

    private Options dumping(String words) {
        return Options.DEFAULT.with(Options.Dump.NOTHING.after(words).into(directory));
    }

    @Test
    void changedPassesAreDumpedUnderTheirNumber() throws IOException {
        var result = run(dumping("changed"), NormalizeEquations.PASS, Cse.PASS, Cse.PASS);
        assertEquals(List.of("02-cse.ir"), files());
        assertEquals(Printer.print(result), Files.readString(directory.resolve("02-cse.ir")));
    }

    @Test
    void allPassesAreDumpedAndSayIfTheyDidNothing() throws IOException {
        run(dumping("all"), NormalizeEquations.PASS, Cse.PASS);
        assertEquals(List.of("01-normalize.ir", "02-cse.ir"), files());
        assertEquals("; unchanged\n", Files.readString(directory.resolve("01-normalize.ir")));
    }

    @Test
    void aFailureLeavesAFileThatReplaysIt() throws IOException {
        var failure = assertThrows(PassFailure.class, () -> run(dumping("broken"), BROKEN));
        var file = directory.resolve("broken.repro.ir");
        assertEquals("; RUN: opt --passes=broken", Files.readString(file).lines().findFirst().orElseThrow());
        assertEquals(Printer.print(MODULE), Printer.print(Parser.parse("repro", Files.readString(file))));
        assertTrue(failure.getMessage().contains("no luck"), failure.getMessage());
    }

    @Test
    void aDumpThatCannotBeWrittenIsNoFailureOfThePass() throws IOException {
        directory = Files.writeString(directory.resolve("taken"), "");
        assertEquals("folder `" + directory + "` cannot be made: something else is there",
                assertThrows(UserException.class, () -> run(dumping("all"), Inline.PASS)).getMessage());
    }

    @Test
    void aReproducerThatCannotBeWrittenHidesNoFailure() throws IOException {
        directory = Files.writeString(directory.resolve("taken"), "");
        assertEquals("pass `broken` failed: no luck",
                assertThrows(PassFailure.class, () -> run(dumping("broken"), BROKEN)).getMessage());
        assertEquals(List.of("note: folder `" + directory + "` cannot be made: something else is there"), log);
    }

    @Test
    void aPassThatBreaksItsPromiseIsABug() {
        var lazy = new Pass("lazy", "Promises and does not keep.", needs(), gives(Invariant.BOUND_SIZES),
                module -> new TensorModule("other", module.functions(), module.entry()));
        var failure = assertThrows(PassFailure.class, () -> run(dumping("lazy"), lazy));
        assertTrue(failure.getMessage().endsWith("it should be that every extent is a constant, but extent `N` is a symbol"),
                failure.getMessage());
    }

    @Test
    void aPassThatStandsTooEarlyIsNamedWithWhatItNeeds() {
        var early = new Pass("early", "Needs sizes.", needs(Invariant.BOUND_SIZES), gives(), module -> module);
        assertEquals("pass `early` needs that every extent is a constant, but extent `N` is a symbol\n  = help: run `bind-sizes` before it",
                assertThrows(UnmetNeed.class, () -> run(Options.DEFAULT, early)).getMessage());
    }

    @Test
    void bisectingLeavesOutOptionalPassesOnly() {
        var stop = new Options.Stop(Optional.empty(), OptionalInt.of(0));
        var result = run(Options.DEFAULT.with(stop), Cse.PASS, BindSizes.of(Map.of("N", 4L)), BROKEN);
        assertTrue(Invariant.BOUND_SIZES.holds(result));
        assertEquals(3, result.entryFunction().body().size());
        assertEquals(List.of("bisect: `cse` is left out", "bisect: `broken` is left out"), log);
    }

    @Test
    void aRunEndsAfterTheNamedPass() {
        var stop = new Options.Stop(Optional.of("inline"), OptionalInt.empty());
        assertSame(MODULE, run(Options.DEFAULT.with(stop), Inline.PASS, BROKEN));
    }

    @Test
    void stepsSayWhatChanged() {
        var manager = new PassManager(new Options(Options.Dump.NOTHING, Options.Stop.NEVER, true, true, false), log::add);
        manager.run(MODULE, List.of(Inline.PASS, Cse.PASS));
        assertFalse(manager.steps().get(0).changed());
        assertTrue(manager.steps().get(1).changed());
        assertTrue(log.get(0).startsWith("inline ") && log.get(0).endsWith("unchanged"), log.get(0));
    }

    @Test
    void aNamedPassIsDumpedToTheLogWithoutADirectory() {
        run(Options.DEFAULT.with(new Options.Dump(Options.When.NAMED, ImmutableSet.of("cse"), Optional.empty(),
                Optional.of("main"), false)), Cse.PASS);
        assertEquals(1, log.size());
        assertTrue(log.getFirst().startsWith("; ---- after 01-cse\nmodule tensor @test"), log.getFirst());
    }

    @Test
    void factsStandBehindEachOp() {
        var dump = new Options.Dump(Options.When.ALL, ImmutableSet.of(), Optional.empty(), Optional.empty(), true);
        run(Options.DEFAULT.with(dump), Cse.PASS, BindSizes.of(Map.of("N", 4L)));
        assertTrue(log.get(0).contains("; no op facts: sizes are not bound"), log.get(0));
        assertTrue(log.get(1).contains("    %a = exp(%x[i]) -> f32[i: 4]  ; 4 flops, 32 bytes\n"), log.get(1));
        assertTrue(log.get(1).contains("    %y = %a[i] * %a[i] -> f32[i: 4]  ; 4 flops, 32 bytes\n"), log.get(1));
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
