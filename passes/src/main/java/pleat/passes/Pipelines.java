package pleat.passes;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import pleat.passes.hoist.Hoist;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.recompute.PlaceLate;
import pleat.passes.sparse.WindowMasks;

/** The passes of a compilation, in order: the only such list. */
public final class Pipelines {
    private Pipelines() {}

    /** From what the frontend gives to a module of plain equations with known extents: what is differentiated or planned. */
    public static ImmutableList<Pass> prepare(Map<String, Long> sizes) {
        return ImmutableList.of(
                // Sizes first: every check of what stays inside a tensor is exact afterwards.
                BindSizes.of(sizes),
                Inline.PASS,
                NormalizeEquations.PASS,
                SimplifyEquations.PASS,
                // While masks and logits are as they were written, and before gradients are taken of them.
                WindowMasks.PASS,
                // Before differentiation, so that adjoints are born with the dims that their values have.
                ComposeReindex.PASS,
                FuseMaps.of(FuseMaps.Reach.FREE),
                Cse.PASS,
                Dce.PASS);
    }

    /** What leaves loops, after what prepared the module and again after gradients; a compilation may do without it. */
    public static ImmutableList<Pass> hoist(KeepLimit limit) {
        return ImmutableList.of(
                Hoist.of(limit),
                // What leaves two loops may be the same, and what a loop is given may no longer be needed in it.
                Cse.PASS,
                Dce.PASS);
    }

    /** What differentiation leaves to clean up; a module that was not differentiated is unchanged. */
    public static ImmutableList<Pass> cleanUp() {
        return ImmutableList.of(
                NormalizeEquations.PASS,
                SimplifyEquations.PASS,
                // Adjoints of moves are moves.
                ComposeReindex.PASS,
                FuseMaps.of(FuseMaps.Reach.FREE),
                // Merging shows only after moves are gone: two adjoints that differed in a copy are now equal.
                Cse.PASS,
                Dce.PASS);
    }

    /** What prepares equations for tile programs, after the last gradient was taken. */
    public static ImmutableList<Pass> beforeTiling() {
        return beforeTiling(NamedValues.NONE);
    }

    /** @param ends where stretches of the way forward end that gradients compute again one at a time */
    public static ImmutableList<Pass> beforeTiling(NamedValues ends) {
        // Last: what is computed again on purpose must not be merged.
        return ImmutableList.<Pass>builder().addAll(beforePlacing()).add(PlaceLate.of(ends)).build();
    }

    /** All of that but the order of the ops: the values that it may name. */
    public static ImmutableList<Pass> beforePlacing() {
        return ImmutableList.of(
                // Its blocks are read in place by what follows.
                LocalTransfers.PASS,
                CoverWrites.PASS,
                DropStops.PASS,
                // A stop that stood alone is a move now, and a streaming softmax must see its maximum and not a copy of it.
                FuseMaps.of(FuseMaps.Reach.FREE),
                DeferDivision.PASS,
                // After fusion, which would put the positions back into the bodies.
                TabulatePositions.PASS,
                Cse.PASS,
                Dce.PASS);
    }
}
