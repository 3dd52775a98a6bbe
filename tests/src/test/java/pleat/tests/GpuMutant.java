package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pleat.codegen.KernelArguments;
import pleat.runtime.emulator.KernelFault;

/**
 * A kernel of which one instruction that orders something is another one, or none.
 *
 * @param line of the instruction in the PTX text, from 1
 * @param replacement what stands there instead
 */
record GpuMutant(EmulatedKernel whole, int line, String replacement) {
    private static final Pattern ORDERING = Pattern.compile("\\s*(bar\\.sync|cp\\.async\\.commit_group|cp\\.async\\.wait_group|fence\\.(?:proxy\\.async|mbarrier_init)\\S*?"
            + "|wgmma\\.(?:fence|commit_group|wait_group)\\.sync\\.aligned|mbarrier\\.(?:init|inval)\\S*|cp\\.async\\.bulk\\S*)\\s*(\\d*);?.*");
    /** Arrives at the place, and says how many bytes will come. */
    private static final Pattern EXPECTED = Pattern.compile("\\s*mbarrier\\.arrive\\.expect_tx(\\S*) (\\S+), (\\S+), %r\\d+;");
    private static final Pattern WAITED = Pattern.compile("\\s*mbarrier\\.try_wait\\.parity\\S* (%p\\d+), (\\S+), (%r\\d+);");

    /** Runs all of them, prints a line for each, and wants each to be reported or proven harmless. */
    static void assertMissedOrNotNeeded(String kernel, List<GpuMutant> mutants) {
        for (GpuMutant mutant : mutants) {
            Outcome outcome = mutant.run();
            System.out.printf("mutant  %-18s %s: %s%n", kernel, mutant, outcome);
            assertFalse(outcome instanceof Outcome.Wrong, mutant::toString);
            assertFalse(mutant.isOfOthers() && outcome instanceof Outcome.NotNeeded, mutant::toString);
        }
    }

    /** What running a mutant shows. */
    sealed interface Outcome {
        /** The emulator reports it. */
        record Caught(String finding) implements Outcome {
            @Override
            public String toString() {
                return "caught, " + finding;
            }
        }

        /**
         * What it orders needs no order: of all bytes of shared and global memory that two warps, or a warp and a copy, touch and one of them writes,
         * what is left orders who comes first. The instructions that run depend on nothing else, so this holds for every order in which warps may go.
         */
        record NotNeeded() implements Outcome {
            @Override
            public String toString() {
                return "harmless, other barriers order all that two warps touch of shared and global memory and one writes; outputs the same";
            }
        }

        /** No warp comes to it. */
        record NotRun() implements Outcome {
            @Override
            public String toString() {
                return "harmless, no warp comes to it at these sizes";
            }
        }

        /** Other numbers, and no report. */
        record Wrong() implements Outcome {
            @Override
            public String toString() {
                return "WRONG, other numbers and no finding";
            }
        }
    }

    static List<GpuMutant> of(EmulatedKernel whole) {
        var lines = List.of(whole.ptx().split("\n"));
        var mutants = new ArrayList<GpuMutant>();
        for (int at = 0; at < lines.size(); at++) {
            Matcher ordering = ORDERING.matcher(lines.get(at));
            if (ordering.matches()) {
                mutants.add(new GpuMutant(whole, at + 1, ""));
                if (ordering.group(1).contains("wait_group")) {
                    mutants.add(new GpuMutant(whole, at + 1, ordering.group(1) + " " + (Integer.parseInt(ordering.group(2)) + 1) + ";"));
                }
            }
            Matcher expected = EXPECTED.matcher(lines.get(at));
            if (expected.matches()) {
                mutants.add(new GpuMutant(whole, at + 1, ""));
                for (int bytes : new int[] {0, 16, 1 << 19}) {
                    mutants.add(new GpuMutant(whole, at + 1, "mbarrier.arrive.expect_tx%s %s, %s, %d;".formatted(expected.group(1), expected.group(2), expected.group(3), bytes)));
                }
            }
            Matcher waited = WAITED.matcher(lines.get(at));
            if (waited.matches()) {
                mutants.add(new GpuMutant(whole, at + 1, "setp.eq.s32 %s, 0, 0;".formatted(waited.group(1))));
            }
        }
        return List.copyOf(mutants);
    }

    /** Where buffers begin: at a multiple of 16 bytes, where they are copied 16 bytes at a time, and not, where other code runs. */
    private List<Long> shifts() {
        int widest = whole.kernel().parameters().stream().mapToInt(parameter -> parameter.type().dtype().bytes()).max().orElseThrow();
        return List.of(0L, (long) Math.max(4, widest));
    }

    /** Whether it orders what goes on by itself: copies, and units of warp groups. What gives up a place matters only where the place is used again. */
    boolean isOfOthers() {
        return !text().startsWith("bar.sync") && !text().startsWith("mbarrier.inval");
    }

    Outcome run() {
        var lines = new ArrayList<>(List.of(whole.ptx().split("\n")));
        lines.set(line - 1, replacement);
        var mutant = new EmulatedKernel(whole.kernel(), whole.how(), String.join("\n", lines));
        boolean runs = false;
        for (long shift : shifts()) {
            var expected = KernelArguments.of(whole.kernel());
            runs |= whole.run(expected, shift).stream().anyMatch(count -> count.origin().line() == line && count.executed() > 0);
            var actual = KernelArguments.of(whole.kernel());
            try {
                mutant.run(actual, shift);
            } catch (KernelFault fault) {
                return new Outcome.Caught(fault.finding().kind().title());
            }
            for (int p = 0; p < actual.size(); p++) {
                if (!Arrays.equals(expected.get(p), actual.get(p))) {
                    return new Outcome.Wrong();
                }
            }
        }
        return runs ? new Outcome.NotNeeded() : new Outcome.NotRun();
    }

    private String text() {
        return whole.ptx().split("\n")[line - 1].strip().replaceAll("\\s+", " ").replace(";", "");
    }

    @Override
    public String toString() {
        return "%-24s line %4d %s".formatted(text(), line, replacement.isEmpty() ? "left out" : "-> " + replacement.replace(";", ""));
    }
}
