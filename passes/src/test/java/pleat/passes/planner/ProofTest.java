package pleat.passes.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;

/** Proofs as files: read back they are what was written, and a file in which a number is another one is not believed. */
final class ProofTest {
    private static final int SEEDS = 60;

    @Test
    void filesAreReadBack() {
        var proofs = new ArrayList<Proof>();
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = RandomProblems.of(seed);
            PlanSearch.solve(problem, SearchOptions.EXACT).ifPresent(result -> proofs.add(new Proof(problem, result.certificate())));
        }
        var text = Proof.print(proofs);
        assertEquals(proofs, Proof.parse(text));
        assertEquals(text, Proof.print(Proof.parse(text)));
        proofs.forEach(proof -> assertEquals(Optional.empty(), proof.check()));
    }

    @Test
    void namesMayHaveAnything() {
        var variable = new Variable("a \"b\", c\\d [e]", List.of("x, y", "line\nline", ""));
        var factor = new Factor(List.of(0), ImmutableLongArray.of(1, Factor.FORBIDDEN, 3), ImmutableLongArray.of(), List.of(ImmutableLongArray.of()));
        var block = new Block("the \"block\" in [0]", List.of(variable), List.of(new Region("r", List.of("now, then"), List.of(factor))), List.of(), List.of());
        var problem = new PlanningProblem(List.of(block), List.of(new Link(0, 3)), 1, 2, 3);
        assertEquals(problem, ProblemText.parse(ProblemText.print(problem)));
    }

    @Test
    void anotherNumberIsNotBelieved() {
        var problem = RandomProblems.of(3);
        var text = Proof.print(List.of(new Proof(problem, PlanSearch.solve(problem, SearchOptions.EXACT).orElseThrow().certificate())));
        var time = text.replaceFirst("plan time (\\d+)", "plan time 1$1");
        var budget = text.replaceFirst("budget (\\d+)", "budget 1$1");
        for (String changed : List.of(time, budget)) {
            assertTrue(Proof.parse(changed).getFirst().check().isPresent());
        }
        assertThrows(UserException.class, () -> Proof.parse(text.replace("certificate problem", "certificate")));
        assertThrows(UserException.class, () -> Proof.parse("nothing"));
    }

    /** A mistake in a file is never a failure of the program that reads it. */
    @Test
    void whatIsWrongWithATextIsSaid() {
        var problem = RandomProblems.of(3);
        var text = Proof.print(List.of(new Proof(problem, PlanSearch.solve(problem, SearchOptions.EXACT).orElseThrow().certificate())));
        var random = new Random(1);
        int refused = 0;
        for (int change = 0; change < 3000; change++) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + (change % 3 == 0 ? random.nextInt(200) : random.nextInt(2)));
            var other = "x \n[],\"-9".charAt(random.nextInt(9));
            var changed = text.substring(0, at) + (change % 2 == 0 ? "" : other) + text.substring(end);
            try {
                Proof.parse(changed);
            } catch (UserException said) {
                assertTrue(said.getMessage().startsWith("this is not a"), said.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 1000, "only " + refused + " were refused");
    }
}
