package pleat.passes.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;

/** Every certificate that a search makes is believed, and none that says something else. */
final class CertificateCheckerTest {
    private static final int SEEDS = 1000;

    @Test
    void believesEveryCertificate() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = RandomProblems.of(seed);
            for (var options : List.of(SearchOptions.EXACT, SearchOptions.DEFAULT, new SearchOptions(0, 3))) {
                var result = PlanSearch.solve(problem, options);
                if (result.isPresent()) {
                    var text = CertificateText.print(result.get().certificate());
                    assertEquals(result.get().certificate(), CertificateText.parse(text));
                    assertEquals(Optional.empty(), CertificateChecker.check(problem, CertificateText.parse(text)), "seed " + seed);
                }
            }
        }
    }

    @Test
    void believesNoChangedCertificate() {
        int changed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = RandomProblems.of(seed);
            var result = PlanSearch.solve(problem, SearchOptions.DEFAULT);
            if (result.isEmpty()) {
                continue;
            }
            var certificate = result.get().certificate();
            for (int mutation = 0; mutation < Mutation.KINDS; mutation++) {
                var mutant = new Mutation(problem, new Random(seed)).apply(certificate, mutation);
                if (!mutant.equals(certificate)) {
                    assertTrue(CertificateChecker.check(problem, mutant).isPresent(), "seed " + seed + ", mutation " + mutation);
                    changed++;
                }
            }
        }
        assertTrue(changed > 10 * SEEDS, "only " + changed + " certificates were changed");
    }

    @Test
    void believesNoCertificateOfAnotherProblem() {
        var problem = RandomProblems.of(0);
        var certificate = PlanSearch.solve(problem, SearchOptions.DEFAULT).orElseThrow().certificate();
        var other = problem.withBudgetBytes(problem.budgetBytes() + 1);
        assertEquals(Optional.of("it is about another problem"), CertificateChecker.check(other, certificate));
    }

    @Test
    void saysWhatIsNotACertificate() {
        var message = assertThrows(UserException.class, () -> CertificateText.parse("certificate problem x budget 3 bound 4\nplan time 1"))
                .getMessage();
        assertEquals("this is not a certificate: `bytes` is missing", message);
    }

    /** One number or one run of a certificate becomes another one. */
    private record Mutation(PlanningProblem problem, Random random) {
        static final int KINDS = 18;

        Certificate apply(Certificate of, int kind) {
            var plan = of.plan();
            return switch (kind) {
                case 0 -> with(of, of.lowerBoundPicos() == Certificate.NOTHING_FITS ? 7 : of.lowerBoundPicos() + 1 + random.nextInt(5));
                case 1 -> with(of, of.lowerBoundPicos() - 1 - random.nextInt(5));
                case 2 -> with(of, of.lowerBoundPicos() == Certificate.NOTHING_FITS ? 0 : Certificate.NOTHING_FITS);
                case 3 -> new Certificate(of.problemHash(), of.budgetBytes() + 1, of.lowerBoundPicos(), of.windows(), plan);
                case 4 -> with(of, new BlockPlan(plan.runs(), plan.timePicos() - 1, plan.bytes(), plan.peak()));
                case 5 -> with(of, new BlockPlan(plan.runs(), plan.timePicos(), plan.bytes() - 1, plan.peak()));
                case 6 -> with(of, new BlockPlan(plan.runs(), plan.timePicos(), plan.bytes(), plan.peak().map(peak -> new BlockPlan.Peak(
                        peak.run(), peak.region(), peak.instant(), peak.savedBytes() + 1, peak.transientBytes()))));
                case 7 -> with(of, new BlockPlan(plan.runs(), plan.timePicos(), plan.bytes(), plan.peak().map(peak -> new BlockPlan.Peak(
                        peak.run(), peak.region(), peak.instant() + 2, peak.savedBytes(), peak.transientBytes()))));
                case 8 -> withRuns(of, run -> new Run(run.link(), run.count() + 1, run.choices()));
                case 9 -> withRuns(of, run -> new Run(run.link(), run.count(), run.choices().subArray(1, run.choices().length())));
                case 10 -> withRuns(of, this::otherCost);
                case 11 -> with(of, new BlockPlan(plan.runs().subList(1, plan.runs().size()), plan.timePicos(), plan.bytes(), plan.peak()));
                case 12 -> withWindows(of, window -> List.of());
                case 13 -> withWindows(of, window -> List.of(window, window));
                case 14 -> withWindows(of, window -> List.of(new Certificate.Window(window.fromBytes() + 1, window.toBytes(),
                        window.timeWeight(), window.byteWeight(), window.value(), window.boundPicos(), window.granule(), window.watched())));
                case 15 -> withWindows(of, window -> List.of(new Certificate.Window(window.fromBytes(), window.toBytes(),
                        window.timeWeight(), window.byteWeight(), window.value() + 1 - 2 * random.nextInt(2), window.boundPicos(),
                        window.granule(), window.watched())));
                case 16 -> withWindows(of, window -> List.of(new Certificate.Window(window.fromBytes(), window.toBytes(),
                        window.timeWeight(), window.byteWeight(), window.value(), window.boundPicos() - 1, window.granule(),
                        window.watched())));
                case 17 -> withWindows(of, window -> List.of(window.timeWeight() == 0 || window.boundPicos() == 0 ? window
                        : new Certificate.Window(window.fromBytes(), window.toBytes(), window.timeWeight() * 2, window.byteWeight(),
                                window.value(), window.boundPicos(), window.granule(), window.watched())));
                default -> throw new IllegalArgumentException("no such mutation");
            };
        }

        private static Certificate with(Certificate of, long lowerBound) {
            return new Certificate(of.problemHash(), of.budgetBytes(), lowerBound, of.windows(), of.plan());
        }

        private static Certificate with(Certificate of, BlockPlan plan) {
            return new Certificate(of.problemHash(), of.budgetBytes(), of.lowerBoundPicos(), of.windows(), plan);
        }

        private Certificate withRuns(Certificate of, UnaryOperator<Run> change) {
            var runs = new ArrayList<>(of.plan().runs());
            int at = random.nextInt(runs.size());
            runs.set(at, change.apply(runs.get(at)));
            return with(of, new BlockPlan(runs, of.plan().timePicos(), of.plan().bytes(), of.plan().peak()));
        }

        private Certificate withWindows(Certificate of, Function<Certificate.Window, List<Certificate.Window>> change) {
            var windows = new ArrayList<>(of.windows());
            int at = random.nextInt(windows.size());
            var window = windows.remove(at);
            windows.addAll(at, change.apply(window));
            return new Certificate(of.problemHash(), of.budgetBytes(), of.lowerBoundPicos(), windows, of.plan());
        }

        /** Another option somewhere; the same run if that would cost the same and so be as true as before. */
        private Run otherCost(Run run) {
            var tables = new BlockTables(problem.block(problem.chain().get(run.link())));
            int[] choices = run.choices().toArray();
            int variable = random.nextInt(choices.length);
            choices[variable] = (choices[variable] + 1) % tables.block.variables().get(variable).size();
            var before = tables.column(run.choices().toArray());
            var after = tables.column(choices);
            boolean same = before.in() == after.in() && before.out() == after.out() && before.timePicos() == after.timePicos()
                    && before.savedBytes() == after.savedBytes();
            return same ? run : new Run(run.link(), run.count(), ImmutableIntArray.copyOf(choices));
        }
    }
}
