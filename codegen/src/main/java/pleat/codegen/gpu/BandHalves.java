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
                    var rows = fragments(left, first + depth);
                    for (int column = 0; column < columns; column += TILES) {
                        units(rows, reads.ofWords(depth, column), next, column);
                    }
                }
            } else {
                for (int depth = 0; depth < left.size() / 4; depth += TILES) {
                    var rows = fragments(left, depth);
                    for (int column = 0; column < Math.min(tiles, columns - first); column += TILES) {
                        units(rows, reads.ofWords(column, depth), next, first + column);
                    }
                }
            }
        }
        return next;
    }

    /** Two tiles of the left factor as units take them. */
    private List<Operand> fragments(List<Operand> left, int tile) {
        return factor.units().areHalves() ? packed(left, tile) : rounded(left.subList(4 * tile, Math.min(left.size(), 4 * (tile + TILES))));
    }

    /** What is not there is zeros. */
    private List<Operand> packed(List<Operand> left, int tile) {
        var packed = new ArrayList<Operand>();
        for (int i = 4 * tile; i < 4 * (tile + TILES); i += 2) {
            packed.add(i < left.size() ? k.b.row(factor.units().pack(), left.get(i), left.get(i + 1)) : Operand.i32(0));
        }
        return packed;
    }

    // A unit of tf32 has a tile, and of a lane's two columns the first of both rows, then the second. See Note [Opened halves].
    private List<Operand> rounded(List<Operand> left) {
        var rounded = new ArrayList<Operand>();
        for (int tile = 0; tile < left.size(); tile += 4) {
            for (int at : new int[] {0, 2, 1, 3}) {
                rounded.add(k.b.row(Opcode.TF32, left.get(tile + at)));
            }
        }
        return rounded;
    }

    private void units(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        unit(left, right.subList(0, 2), sums, tile);
        if (4 * (tile + 1) < sums.size()) {
            unit(left, right.subList(2, 4), sums, tile + 1);
        }
    }

    private void unit(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        if (factor.units().areHalves()) {
            add(left, right, sums, tile);
            return;
        }
        for (int depth = 0; depth < left.size() / 4; depth++) {
            var opened = k.b.rows(Opcode.OPEN_F16, List.of(right.get(depth))).stream().<Operand>map(number -> k.b.row(Opcode.BITS, number)).toList();
            add(left.subList(4 * depth, 4 * depth + 4), opened, sums, tile);
        }
    }

    private void add(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        var operands = ImmutableList.<Operand>builder().addAll(left).addAll(right).addAll(sums.subList(4 * tile, 4 * tile + 4)).build();
        var next = k.b.rows(factor.units().multiply(), operands);
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

/*
 * Note [Opened halves]
 * Where the left factor may be beyond the range of f16 (see Note [Range of halves] in LargeTiles), units of tf32 take it rounded to as many digits, and what
 * lies as f16 for units of 16 positions of the depth. Of those a lane's first word has positions 2q and 2q + 1, which are a lane's columns of the first of two
 * tiles, and its second word those of the second tile. A unit of tf32 wants positions q and q + 4 of eight; sums go over the depth in any order, so the two
 * numbers of a word are these.
 */
