package pleat.codegen.gpu;

import java.util.List;
import java.util.function.Consumer;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Brings parts of right factors into shared memory, zeros where there is nothing, and says where in it a lane finds what it multiplies. */
final class PanelCode {
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
    PanelCode(BlockCode k, boolean isWide) {
        this.k = k;
        this.ints = k.ints;
        this.nest = new Nest(k);
        this.points = new PointCode(k);
        this.isWide = isWide;
    }

    /** @param place bytes of shared memory before the part */
    void bring(Panel panel, int part, Operand place) {
        int first = part * panel.linesAtOnce();
        int lines = panel.lines(part);
        if (isWide && panel.copied().isPresent()) {
            copy(panel, panel.copied().get(), first, lines, place);
        } else {
            compute(panel, first, lines, place);
        }
    }

    private void copy(Panel panel, Leaf.InBuffer leaf, int first, int lines, Operand place) {
        int groups = panel.pitch() / GROUP;
        each(lines * groups, index -> {
            var line = ints.over(index, groups);
            var word = ints.times(ints.rest(index, groups), GROUP);
            var spot = spot(panel, ints.plus(line, first), word);
            var bytes = Ints.is(spot.inside, 1) ? Operand.i32(WideReads.BYTES)
                    : k.b.row(Opcode.SELECT_I32, spot.inside, Operand.i32(WideReads.BYTES), Operand.i32(0));
            k.b.act(Opcode.CP_16, k.b.row(Opcode.SHARED, ints.plus(bytes(panel, line, word), place)),
                    new BufferCode(k).address(leaf.buffer(), leaf.access(), spot.at), bytes);
        });
    }

    private void compute(Panel panel, int first, int lines, Operand place) {
        each(lines * panel.pitch(), index -> {
            var line = ints.over(index, panel.pitch());
            var word = ints.rest(index, panel.pitch());
            var spot = spot(panel, ints.plus(line, first), word);
            var number = Ints.is(spot.inside, 1) ? points.evaluate(panel.value(), spot.at)
                    : k.b.choose(spot.inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(panel.value(), spot.at))).getFirst();
            k.b.act(Opcode.ST_SHARED_F32, k.b.row(Opcode.SHARED, ints.plus(bytes(panel, line, word), place)), number);
        });
    }

    private void each(int count, Consumer<Operand> body) {
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(count), Operand.i32(k.threads)), List.of(), (index, _) -> {
            body.accept(index);
            return List.of();
        });
    }

    private record Spot(Point at, Operand inside) {}

    private Spot spot(Panel panel, Operand line, Operand word) {
        var at = nest.point(panel.lines(), line).with(nest.point(panel.words(), word).at());
        return new Spot(at, ints.both(isInside(panel.lines(), line, panel.count(), at), isInside(panel.words(), word, panel.pitch(), at)));
    }

    /** @param most numbers that are asked for */
    private Operand isInside(List<Integer> axes, Operand number, int most, Point at) {
        return k.axes.room(axes) == most ? nest.inside(axes, at) : nest.isInside(axes, number, at);
    }

    /** From the beginning of a part to a word of a line. */
    private Operand bytes(Panel panel, Operand line, Operand word) {
        var quarter = ints.over(word, QUARTER);
        var rest = ints.times(ints.rest(word, QUARTER), Integer.BYTES);
        if (panel.pitch() < LINE) {
            var turned = xor(ints.plus(ints.times(ints.rest(line, 2), 2), quarter), ints.rest(ints.over(line, 2), 4));
            return ints.plus(ints.plus(ints.times(ints.over(line, 2), (long) LINE * Integer.BYTES), ints.times(turned, (long) QUARTER * Integer.BYTES)), rest);
        }
        var turn = ints.rest(xor(line, ints.over(line, 4)), 4);
        return ints.plus(ints.plus(ints.times(line, (long) panel.pitch() * Integer.BYTES), ints.times(xor(quarter, turn), (long) QUARTER * Integer.BYTES)), rest);
    }

    private Operand xor(Operand x, Operand y) {
        return k.b.row(Opcode.XOR_I32, x, y);
    }
}
