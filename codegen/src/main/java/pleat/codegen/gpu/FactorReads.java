package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Reads of a staged factor by a warp: the words that a lane has of units' fragments. Upright, {@code ldmatrix} gives them, a word of a number of 32 bits the
 * same way as two of 16. Of a turned factor it turns matrices of 16 bits, and words of 32 are read one by one.
 *
 * @param rows of a panel
 * @param place of what the lane names or reads first
 */
record FactorReads(BlockCode k, Factor factor, Side side, int rows, Operand place) {

    /** A unit wants 16 rows of the left factor, or twice eight columns of the right one. */
    enum Side { LEFT, RIGHT }

    /**
     * @param begin bytes of shared memory before the factor
     * @param first row of the warp in the panel
     */
    static FactorReads of(BlockCode k, Factor factor, Side side, int rows, Operand begin, Operand first) {
        var ints = k.ints;
        var lane = k.b.row(Opcode.LANE);
        var row = rowOfLane(ints, factor, side, lane);
        var depth = depthOfLane(ints, factor, side, lane);
        var inFactor = factor.isTurned()
                ? ints.plus(ints.times(depth, factor.pitch(rows)), ints.times(ints.plus(first, row), factor.numberBytes()))
                : ints.plus(ints.times(ints.plus(first, row), factor.pitch(rows)), ints.times(depth, factor.numberBytes()));
        return new FactorReads(k, factor, side, rows, k.b.row(Opcode.SHARED, ints.plus(inFactor, begin)));
    }

    // With ldmatrix, lanes 0 to 7 name the lines of the first matrix of eight, 8 to 15 those of the second, and so on.
    private static Operand rowOfLane(Ints ints, Factor factor, Side side, Operand lane) {
        var matrix = switch (side) {
            case LEFT -> ints.times(ints.rest(ints.over(lane, 8), 2), 8);
            case RIGHT -> ints.times(ints.over(lane, 16), 8);
        };
        if (factor.keepsOrder()) {
            return matrix;
        }
        var row = factor.isTurned() ? ints.over(lane, 4) : ints.rest(lane, 8);
        var ordered = side == Side.LEFT ? WarpTiles.row(ints, row) : row;
        return factor.isTurned() ? ordered : ints.plus(matrix, ordered);
    }

    private static Operand depthOfLane(Ints ints, Factor factor, Side side, Operand lane) {
        if (factor.isTurned() && !factor.keepsOrder()) {
            return ints.rest(lane, 4);
        }
        var matrix = switch (side) {
            case LEFT -> ints.over(lane, 16);
            case RIGHT -> ints.rest(ints.over(lane, 8), 2);
        };
        var depth = ints.times(matrix, (long) WarpTiles.UNIT_WORDS / 2 * factor.fragments().depthOfWord);
        return factor.isTurned() ? ints.plus(depth, ints.rest(lane, 8)) : depth;
    }

    /** So many bytes of an upright line further along the depth. */
    FactorReads along(Operand bytes) {
        return new FactorReads(k, factor, side, rows, k.b.row(Opcode.AT_SHARED, place,
                factor.isTurned() ? k.ints.times(bytes, factor.pitch(rows) / factor.numberBytes()) : bytes));
    }

    /** Four words of the 16 rows from a row of the warp on. */
    List<Operand> tile(int row) {
        if (factor.isTurned() && !factor.keepsOrder()) {
            return words(row);
        }
        int bytes = row * (factor.isTurned() ? factor.numberBytes() : factor.pitch(rows));
        return k.b.rows(factor.isTurned() ? Opcode.LDMATRIX_4_TRANS : Opcode.LDMATRIX_4, List.of(k.b.row(Opcode.AT_SHARED, place, Operand.i32(bytes))));
    }

    private List<Operand> words(int row) {
        var words = new ArrayList<Operand>();
        for (int word = 0; word < 4; word++) {
            int eight = side == Side.LEFT ? word % 2 : word / 2;
            int half = side == Side.LEFT ? word / 2 : word % 2;
            int bytes = (row + 8 * eight) * factor.numberBytes() + half * WarpTiles.UNIT_WORDS / 2 * factor.pitch(rows);
            words.add(k.b.row(Opcode.LD_SHARED_B32, k.b.row(Opcode.AT_SHARED, place, Operand.i32(bytes))));
        }
        return words;
    }
}
