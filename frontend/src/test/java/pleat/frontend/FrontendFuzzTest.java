package pleat.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pleat.frontend.Frontend.Request;
import pleat.frontend.format.Formatter;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;

/**
 * Damaged and random sources are compiled or refused with diagnostics: no other exception, no right-looking wrong IR, in bounded
 * time.
 * {@code -Dpleat.fuzz=N} tries N of each kind, {@code -Dpleat.fuzz.seed} others.
 */
final class FrontendFuzzTest {
    private static final int INPUTS = Integer.getInteger("pleat.fuzz", 400);
    private static final long SEED = Long.getLong("pleat.fuzz.seed", 1);
    private static final long MAX_PROCESSOR_SECONDS = 30;

    private int compiled;

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void damagedModels() {
        var sources = Shipped.sources();
        fuzz("damaged models", random -> {
            var source = sources.get(random.nextInt(sources.size()));
            return new Source(source.name(), Damage.apply(source.text(), random));
        });
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void randomPrograms() {
        fuzz("random programs", random -> new Source("random.pleat", new RandomProgram(random).text()));
        assertTrue(compiled >= INPUTS / 4, () -> "only " + compiled
                + " random programs were right: the generator tests too little");
    }

    private void fuzz(String what, Function<Random, Source> generator) {
        for (int i = 0; i < INPUTS; i++) {
            long seed = SEED * 1_000_003 + i;
            var source = generator.apply(new Random(seed));
            long start = processorNanos();
            try {
                compile(source);
            } catch (RuntimeException | StackOverflowError | AssertionError failure) {
                throw new AssertionError(what + ", seed " + seed + ":\n" + source.text(), failure);
            }
            long seconds = (processorNanos() - start) / 1_000_000_000;
            assertTrue(seconds < MAX_PROCESSOR_SECONDS, () -> what + ", seed " + seed + " took " + seconds + " s:\n" + source.text());
        }
        System.out.println("fuzzed the frontend with " + INPUTS + " " + what + ", seed " + SEED + ": " + compiled
                + " modules compiled");
    }

    /** Of this thread: that the machine was busy, or this process asleep, is no finding. */
    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void compile(Source source) {
        var frontend = load(source);
        if (frontend.isEmpty()) {
            return;
        }
        var formatted = Formatter.format(source);
        assertEquals(formatted, Formatter.format(new Source(source.name(), formatted)));
        for (var module : frontend.get().program().main()) {
            compile(frontend.get(), module.name().text(), Request.NOTHING);
            if (frontend.get().signature(module.name().text()).has("n")) {
                compile(frontend.get(), module.name().text(), Request.of(Map.of(), Map.of("n", 4L)));
            }
        }
    }

    private void compile(Frontend frontend, String module, Request request) {
        try {
            var ir = Verifier.verified(frontend.compile(module, request), "the frontend");
            var text = Printer.print(ir);
            assertEquals(text, Printer.print(Parser.parse("printed", text)));
            compiled++;
        } catch (DiagnosticsException refused) {
            assertRendered(refused);
        }
    }

    private static Optional<Frontend> load(Source source) {
        try {
            return Optional.of(Frontend.of(List.of(source), Shipped.library()));
        } catch (DiagnosticsException refused) {
            assertRendered(refused);
            return Optional.empty();
        }
    }

    private static void assertRendered(DiagnosticsException refused) {
        assertTrue(refused.getMessage().matches("(?s)(error|warning)\\[F\\d{4}]: .*"), refused.getMessage());
    }
}
