package pleat.codegen.gpu;

import java.util.List;
import java.util.function.Consumer;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Brings parts of right factors into shared memory, zeros where there is nothing, and says where in it a lane finds what it multiplies. */
final class RightFactorCode {
    private static final int LINE = 32;
    private static final int QUARTER = 8;
    /** Words of 16 bytes. */
    private static final int GROUP = 4;

    private final BlockCode k;
    private final Ints ints;
    private final Nest nest;
    private final PointCode points;
    private final boolean isWide;

    /** @param isWide whether buffers begin at multiples of 16 */
    RightFactorCode(BlockCode k, boolean isWide) {
        this.k = k;
        this.ints = k.ints;
        this.nest = new Nest(k);
        this.points = new PointCode(k);
        this.isWide = isWide;
    }

    /** Whether its parts arrive later. */
    boolean copies(RightFactor factor) {
        return isWide && factor.copied().isPresent();
    }

    /** @param place bytes of shared memory before the part */
    void bring(RightFactor factor, int part, Operand place) {
        int first = part * factor.linesAtOnce();
        int lines = factor.lines(part);
        if (copies(factor)) {
            copy(factor, factor.copied().get(), first, lines, place);
        } else {
            compute(factor, first, lines, place);
        }
    }

    /** @param place bytes of shared memory before the vector */
    void bring(BandVector vector, Operand place) {
        each(vector.count(k.axes), index -> {
            var at = nest.point(vector.columns(), index);
            var number = k.b.choose(nest.isInside(vector.columns(), index, at), List.of(Operand.f32(0)),
                    () -> List.of(points.read(vector.leaf(), at))).getFirst();
            k.b.act(Opcode.ST_SHARED_F32, k.b.row(Opcode.SHARED, ints.plus(ints.times(index, Float.BYTES), place)), number);
        });
    }

    private void copy(RightFactor factor, Leaf.InBuffer leaf, int first, int lines, Operand place) {
        int groups = factor.pitch() / GROUP;
        each(lines * groups, index -> {
            var line = ints.over(index, groups);
            var word = ints.times(ints.rest(index, groups), GROUP);
            var spot = spot(factor, ints.plus(line, first), word);
            var bytes = Ints.is(spot.inside, 1) ? Operand.i32(WideReads.BYTES)
                    : k.b.row(Opcode.SELECT_I32, spot.inside, Operand.i32(WideReads.BYTES), Operand.i32(0));
            k.b.act(Opcode.CP_16, k.b.row(Opcode.SHARED, ints.plus(bytes(factor, line, word), place)),
                    new BufferCode(k).address(leaf.buffer(), leaf.access(), spot.at), bytes);
        });
    }

    private void compute(RightFactor factor, int first, int lines, Operand place) {
        each(lines * factor.pitch(), index -> {
            var line = ints.over(index, factor.pitch());
            var word = ints.rest(index, factor.pitch());
            var spot = spot(factor, ints.plus(line, first), word);
            var number = Ints.is(spot.inside, 1) ? points.evaluate(factor.value(), spot.at)
                    : k.b.choose(spot.inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(factor.value(), spot.at))).getFirst();
            k.b.act(Opcode.ST_SHARED_F32, k.b.row(Opcode.SHARED, ints.plus(bytes(factor, line, word), place)), number);
        });
    }

    private void each(int count, Consumer<Operand> body) {
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(count), Operand.i32(k.threads)), List.of(), (index, _) -> {
            body.accept(index);
            return List.of();
        });
    }

    private record Spot(Point at, Operand inside) {}

    private Spot spot(RightFactor factor, Operand line, Operand word) {
        var at = nest.point(factor.lines(), line).with(nest.point(factor.words(), word).at());
        return new Spot(at, ints.both(isInside(factor.lines(), line, factor.count(), at), isInside(factor.words(), word, factor.pitch(), at)));
    }

    /** @param most numbers that are asked for */
    private Operand isInside(List<Integer> axes, Operand number, int most, Point at) {
        return k.axes.room(axes) == most ? nest.inside(axes, at) : nest.isInside(axes, number, at);
    }

    /** From the beginning of a part to a word of a line. */
    private Operand bytes(RightFactor factor, Operand line, Operand word) {
        var quarter = ints.over(word, QUARTER);
        var rest = ints.times(ints.rest(word, QUARTER), Integer.BYTES);
        if (factor.pitch() < LINE) {
            var turned = xor(ints.plus(ints.times(ints.rest(line, 2), 2), quarter), ints.rest(ints.over(line, 2), 4));
            return sum(ints.times(ints.over(line, 2), (long) LINE * Integer.BYTES), ints.times(turned, (long) QUARTER * Integer.BYTES), rest);
        }
        var turned = xor(quarter, ints.rest(xor(line, ints.over(line, 4)), 4));
        return sum(ints.times(line, (long) factor.pitch() * Integer.BYTES), ints.times(turned, (long) QUARTER * Integer.BYTES), rest);
    }

    private Operand sum(Operand x, Operand y, Operand z) {
        return ints.plus(ints.plus(x, y), z);
    }

    private Operand xor(Operand x, Operand y) {
        return k.b.row(Opcode.XOR_I32, x, y);
    }
}
