package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Multiplies what a warp keeps by a right factor in shared memory, as three products of tf32. */
final class BandProduct {
    private static final int LINE = 32;
    /** Bits that units of tf32 know. */
    private static final int LARGE = -(1 << 13);
    private static final int QUARTER_BYTES = 32;
    /** Tiles of columns that are begun together, so that a sum need not wait for the one before it. */
    private static final int TOGETHER = 2;

    private final BlockCode k;
    private final Ints ints;
    private final RightFactor factor;
    private final Operand row;
    private final Operand pair;

    BandProduct(BlockCode k, RightFactor factor, BandSpots spots) {
        this.k = k;
        this.ints = k.ints;
        this.factor = factor;
        this.row = spots.row();
        this.pair = spots.pair();
    }

    /**
     * Adds to sums.
     *
     * @param left what the warp keeps, zeros where the depth ends
     * @param sums of all columns
     */
    List<Operand> add(List<Operand> left, List<Operand> sums, BandParts parts) {
        var next = new ArrayList<>(sums);
        for (int part = 0; part < factor.parts(); part++) {
            var reads = new Reads(parts.take());
            int first = part * factor.linesAtOnce() / Band.COLUMNS;
            int tiles = factor.lines(part) / Band.COLUMNS;
            if (factor.in().isByDepth()) {
                for (int depth = 0; depth < tiles; depth++) {
                    step(split(left.subList(4 * (first + depth), 4 * (first + depth) + 4)), reads, new Span(depth, 0, sums.size() / 4, 0), next);
                }
            } else {
                for (int depth = 0; depth < left.size() / 4; depth++) {
                    step(split(left.subList(4 * depth, 4 * depth + 4)), reads, new Span(depth, 0, tiles, first), next);
                }
            }
        }
        return next;
    }

    /**
     * Tiles of columns.
     *
     * @param depth tile of the depth, of the part or of all
     * @param from tile of columns, of the part or of all
     * @param before tiles of columns that are not of the part
     */
    private record Span(int depth, int from, int to, int before) {}

    private void step(Split left, Reads reads, Span span, List<Operand> sums) {
        for (int from = span.from; from < span.to; from += TOGETHER) {
            var right = new ArrayList<Split>();
            for (int tile = from; tile < Math.min(span.to, from + TOGETHER); tile++) {
                right.add(split(factor.in().isByDepth() ? reads.ofLines(span.depth, tile) : reads.ofWords(tile, span.depth)));
            }
            int at = span.before + from;
            for (int tile = 0; tile < right.size(); tile++) {
                unit(left.small, right.get(tile).large, sums, at + tile);
            }
            for (int tile = 0; tile < right.size(); tile++) {
                unit(left.large, right.get(tile).small, sums, at + tile);
            }
            for (int tile = 0; tile < right.size(); tile++) {
                unit(left.large, right.get(tile).large, sums, at + tile);
            }
        }
    }

    private void unit(List<Operand> left, List<Operand> right, List<Operand> sums, int tile) {
        var operands = ImmutableList.<Operand>builder();
        // The unit has both halves' columns q, then both halves' columns q + 4.
        operands.add(left.get(0), left.get(2), left.get(1), left.get(3)).addAll(right).addAll(sums.subList(4 * tile, 4 * tile + 4));
        var next = k.b.rows(Opcode.MMA_1688_TF32, operands.build());
        for (int i = 0; i < 4; i++) {
            sums.set(4 * tile + i, next.get(i));
        }
    }

    /** Numbers as sums of two that units of tf32 know. */
    private record Split(List<Operand> large, List<Operand> small) {}

    // The large part is cut, which takes an instruction that all units have, and not rounded; what it leaves has one bit more.
    private Split split(List<Operand> numbers) {
        var large = new ArrayList<Operand>();
        var small = new ArrayList<Operand>();
        for (Operand number : numbers) {
            large.add(k.b.row(Opcode.AND_I32, k.b.row(Opcode.BITS, number), Operand.i32(LARGE)));
            small.add(k.b.row(Opcode.TF32, k.b.row(Opcode.SUB_F32, number, k.b.row(Opcode.FLOAT, large.getLast()))));
        }
        return new Split(large, small);
    }

    /** What a lane reads of a part. See Note [Lines]. */
    private final class Reads {
        private final Operand place;
        private final Map<Integer, Operand> known = new LinkedHashMap<>();

        Reads(Operand place) {
            this.place = place;
        }

        /** Of line n of a tile of lines, the words 2q and 2q + 1 of a tile of words. */
        List<Operand> ofWords(int lines, int words) {
            return k.b.rows(Opcode.LD_SHARED_2F32, List.of(address(row, pair, lines, words, 0)));
        }

        /** Of lines 2q and 2q + 1 of a tile of lines, word n of a tile of words. */
        List<Operand> ofLines(int lines, int words) {
            return List.of(k.b.row(Opcode.LD_SHARED_F32, address(pair, row, lines, words, 0)),
                    k.b.row(Opcode.LD_SHARED_F32, address(pair, row, lines, words, 1)));
        }

        // The line after an even one is turned by one more, or two lines lie side by side.
        private Operand address(Operand line, Operand word, int lines, int words, int after) {
            boolean isNarrow = factor.in().pitch() < LINE;
            int turn = isNarrow ? words ^ 2 * after : words % 4 ^ 2 * lines % 4 ^ after;
            int bytes = isNarrow ? lines * Band.COLUMNS / 2 * LINE * Integer.BYTES
                    : ((lines * Band.COLUMNS + after) * factor.in().pitch() + words / 4 * LINE) * Integer.BYTES;
            var start = known.computeIfAbsent(turn, _ -> start(line, word, turn, isNarrow));
            return bytes == 0 ? start : k.b.row(Opcode.AT_SHARED, start, Operand.i32(bytes));
        }

        private Operand start(Operand line, Operand word, int turn, boolean isNarrow) {
            var half = ints.over(line, 2);
            var base = isNarrow ? ints.times(half, (long) LINE * Integer.BYTES) : ints.times(line, (long) factor.in().pitch() * Integer.BYTES);
            var own = isNarrow ? xor(ints.times(ints.rest(line, 2), 2), ints.rest(half, 4)) : ints.rest(xor(line, ints.over(line, 4)), 4);
            var quarter = ints.times(xor(own, Operand.i32(turn)), QUARTER_BYTES);
            return k.b.row(Opcode.SHARED, ints.plus(ints.plus(ints.plus(base, quarter), ints.times(word, Integer.BYTES)), place));
        }

        private Operand xor(Operand x, Operand y) {
            return k.b.row(Opcode.XOR_I32, x, y);
        }
    }
}
