package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.passes.FuseMaps;
import pleat.passes.Invariant;
import pleat.passes.Pass;
import pleat.passes.PassManager;
import pleat.passes.PassTable;

/**
 * Needs and gives are declared, so any order that they allow must give the same numbers: ten random ones for each golden's input.
 */
final class PassOrdersTest {
    private static final int ORDERS = 10;
    private static final int LENGTH = 12;

    static List<Path> files() {
        return Goldens.files("tests/golden");
    }

    /** Passes that keep what the module computes, and take no sizes. */
    private static List<Pass> passes() {
        var passes = PassTable.entries().stream().map(PassTable.Entry::pass)
                .filter(pass -> Collections.disjoint(pass.gives(), List.of(Invariant.BOUND_SIZES, Invariant.GRADIENTS)))
                .collect(Collectors.toCollection(ArrayList::new));
        passes.add(FuseMaps.of(FuseMaps.Reach.ONE_USE));
        return passes;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void anyLegalOrderGivesTheSameNumbers(Path file) {
        var module = Parser.parse(file.toString(), Goldens.input(file));
        for (int seed = 0; seed < ORDERS; seed++) {
            var order = new ArrayList<Pass>();
            var result = runAnyOrder(module, new SplittableRandom(seed), order);
            String words = order.stream().map(Pass::name).collect(Collectors.joining(","));
            assertTrue(order.size() == LENGTH, words);
            try {
                Numbers.assertSame(module, result);
            } catch (AssertionError wrong) {
                throw new AssertionError(file + " with --passes=" + words + ": " + wrong.getMessage(), wrong);
            }
        }
    }

    /** Runs passes drawn at random among those whose needs are met, and notes them. */
    static TensorModule runAnyOrder(TensorModule module, SplittableRandom random, List<Pass> order) {
        var current = module;
        while (order.size() < LENGTH) {
            var now = current;
            var legal = passes().stream().filter(pass -> pass.needs().stream().allMatch(need -> need.holds(now))).toList();
            var pass = legal.get(random.nextInt(legal.size()));
            order.add(pass);
            current = PassManager.quiet().run(current, List.of(pass));
        }
        return current;
    }
}
