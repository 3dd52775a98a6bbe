package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Multiplies what a warp keeps by a right factor of halves in shared memory. */
final class BandHalves {
    /** Tiles of 8 that a unit takes along the depth, and that are read at once. */
    private static final int TILES = 2;

    private final BlockCode k;
    private final RightFactor factor;
    private final RightLines lines;
    private final boolean isFolded;

    BandHalves(BlockCode k, RightFactor factor, BandOrder order) {
        this.k = k;
        this.factor = factor;
        this.lines = new RightLines(k, factor);
        this.isFolded = order.isFolded(factor.in().lines());
    }

    /** As {@link BandProduct#add}. */
    List<Operand> add(List<Operand> left, List<Operand> sums, BandParts parts) {
        var next = new ArrayList<>(sums);
        int columns = sums.size() / 4;
        for (int part = 0; part < factor.parts(); part++) {
            var reads = new Reads(parts.take());
            int first = part * factor.linesAtOnce() / Band.COLUMNS;
            int tiles = factor.lines(part) / Band.COLUMNS;
            if (factor.in().isByDepth()) {
                for (int depth = 0; depth < tiles; depth += TILES) {
                    var rows = pack(left, first + depth);
                    for (int column = 0; column < columns; column += TILES) {
                        units(rows, reads.ofWords(depth, column), next, column);
                    }
                }
            } else {
                for (int depth = 0; depth < left.size() / 4; depth += TILES) {
                    var rows = pack(left, depth);
                    for (int column = 0; column < Math.min(tiles, columns - first); column += TILES) {
                        units(rows, reads.ofWords(column, depth), next, first + column);
                    }
                }
            }
        }
        return next;
    }

    /** Two tiles of the left factor; what is not there is zeros. */
    private List<Operand> pack(List<Operand> left, int tile) {
        var packed = new ArrayList<Operand>();
        for (int i = 4 * tile; i < 4 * (tile + TILES); i += 2) {
            packed.add(i < left.size() ? k.b.row(Opcode.PACK_BF16, left.get(i), left.get(i + 1)) : Operand.i32(0));
        }
        return packed;
    }

    private void units(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        unit(left, right.subList(0, 2), sums, tile);
        if (4 * (tile + 1) < sums.size()) {
            unit(left, right.subList(2, 4), sums, tile + 1);
        }
    }

    private void unit(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        var operands = ImmutableList.<Operand>builder().addAll(left).addAll(right).addAll(sums.subList(4 * tile, 4 * tile + 4)).build();
        var next = k.b.rows(Opcode.MMA_16816_BF16, operands);
        for (int i = 0; i < 4; i++) {
            sums.set(4 * tile + i, next.get(i));
        }
    }

    /** What a lane reads of a part. */
    private final class Reads {
        private final Operand place;
        private final Operand line;
        private final Operand group;
        private final Map<Integer, Operand> known = new LinkedHashMap<>();

        // Lanes 8m to 8m + 7 say where the lines of matrix m lie: of the first two units' columns first, of each of them the first half of the depth first.
        Reads(Operand place) {
            this.place = place;
            var lane = k.b.row(Opcode.LANE);
            var row = k.ints.rest(lane, 8);
            var half = k.ints.rest(k.ints.over(lane, 8), 2);
            var unit = k.ints.over(lane, 16);
            var tile = factor.in().isByDepth() ? half : unit;
            this.group = factor.in().isByDepth() ? unit : half;
            this.line = isFolded ? k.ints.plus(k.ints.plus(k.ints.times(k.ints.over(row, 2), 4), k.ints.times(tile, 2)), k.ints.rest(row, 2))
                    : k.ints.plus(k.ints.times(tile, Band.COLUMNS), row);
        }

        /**
         * Right sides of two units, side by side in columns.
         *
         * @param atLine the first of two tiles of lines
         * @param atWord the first of two tiles of words
         */
        List<Operand> ofWords(int atLine, int atWord) {
            int turn = atWord % lines.turns();
            var start = known.computeIfAbsent(turn, _ -> k.b.row(Opcode.SHARED,
                    k.ints.plus(place, lines.bytes(line, k.b.row(Opcode.XOR_I32, group, Operand.i32(turn))))));
            int bytes = atLine * Band.COLUMNS * factor.pitchBytes() + atWord / lines.turns() * RightFactor.ROW_BYTES;
            var address = bytes == 0 ? start : k.b.row(Opcode.AT_SHARED, start, Operand.i32(bytes));
            return k.b.rows(factor.in().isByDepth() ? Opcode.LDMATRIX_4_TRANS : Opcode.LDMATRIX_4, List.of(address));
        }
    }
}
