package pleat.cli.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.compile.Phases;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlan;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;

/** A device that is wrong by a thousandth, where with the usual numbers rounding does as much: each layer answers a small change with one several times as large. */
final class PlantedFaultTest {
    private static final String MODEL = """
            import std.linear

            module Layer(x: [.., n, c]) -> [.., n, c] {
              use up: Linear(c -> 4*c, biased = false)
              use down: Linear(4*c -> c, biased = false)
              u = up(x)
              h[.., i, d] = sin(7 * u[.., i, d])
              return down(h)
            }

            module Steep(x: [.., n, c]) -> (y: [.., n, c]) {
              repeat 6 layers: Layer
              y = layers(x)
              return y
            }
            """;

    @TempDir
    Path folder;

    private SavedPlan plan() throws IOException {
        var model = Files.writeString(folder.resolve("steep.pleat"), MODEL);
        return SavedPlanText.read(Files.writeString(folder.resolve("channels.plan"), """
                pleat plan 1
                model %s:Steep
                set n = 6
                set c = 8
                gradients *
                code dtype=f32 fuse=true windows=true hoist=true overlap=true
                shards mesh(model = 2) {
                  func @Layer {
                    %%h: split(model 1: 32 by 1)
                    %%up.weight: split(model 0: 32 by 1)
                  }
                }
                """.formatted(model)));
    }

    private PlanVerification.Report verified(PlanUse use) throws IOException {
        var place = new PlanExecution.Place(1, folder.resolve("cache"), Optional.empty());
        var notes = new ArrayList<String>();
        try (var execution = PlanExecution.prepare(plan(), use, place, Phases.quiet(), notes::add)) {
            var report = new PlanVerification(execution, place, SyntheticTensors.SEED, notes::add).report();
            assertEquals(List.of(), notes);
            return report;
        }
    }

    /** The last device has other words in its program. */
    private record Faulty(String from, String to) implements PlanUse {
        @Override
        public String name(SavedPlan saved) {
            return saved.name();
        }

        @Override
        public Spread before(Spread forward) {
            return forward;
        }

        @Override
        public ImmutableList<TensorModule> after(ImmutableList<TensorModule> programs) {
            var text = Printer.print(programs.getLast());
            assertEquals(text.indexOf(from), text.lastIndexOf(from));
            assertTrue(text.contains(from), text);
            return ImmutableList.of(programs.getFirst(), Parser.parse("faulty", text.replace(from, to)));
        }
    }

    @Test
    void whatIsRightIsComparedWithNumbersThatRoundingMovesLittle() throws IOException {
        var report = verified(PlanUse.AS_SAVED);
        assertNotEquals(new Numbers(SyntheticTensors.SEED, 1), report.numbers());
        report.tensors().forEach(row -> assertEquals(1e-4, row.tolerance()));
        assertTrue(report.ok(), report::toString);
    }

    @ParameterizedTest
    @CsvSource({"'* %h[r0, d] -> f32[o: 8, d: 16]', '* %h[r0, d] * 1.001 -> f32[o: 8, d: 16]'", "* cos(7 *, * 1.001 * cos(7 *"})
    void aThousandthTooMuchShows(String from, String to) throws IOException {
        var report = verified(new Faulty(from, to));
        assertNotEquals(new Numbers(SyntheticTensors.SEED, 1), report.numbers());
        assertFalse(report.ok(), report::toString);
    }
}
