package pleat.codegen.gpu;

import java.util.List;
import java.util.function.Supplier;
import pleat.ir.lane.Operand;

/** Writes what matrix units do with staged parts of both factors. */
sealed interface UnitCode permits FragmentCode, GroupCode {

    static UnitCode of(BlockCode k, UnitTiles tiles, StagedFactors factors) {
        return switch (tiles) {
            case WarpTiles warps -> new FragmentCode(k, warps, factors);
            case GroupTiles groups -> new GroupCode(k, groups, factors);
        };
    }

    /** The warp of {@link UnitTiles#results} that a warp is. */
    Operand warp();

    /** Lets units see what the thread brought into shared memory. All threads meet after it. */
    void show();

    /**
     * The sums, four for each tile of {@link UnitTiles#results}, with the products of all staged words added.
     *
     * @param part writes how many bytes of shared memory lie before the part
     * @param beside writes what else threads do, which they do while units multiply if these go on by themselves
     */
    List<Operand> multiply(Supplier<Operand> part, List<? extends Operand> sums, Runnable beside);
}
