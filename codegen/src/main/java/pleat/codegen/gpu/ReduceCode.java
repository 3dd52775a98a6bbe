package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes a reduction: each result by one thread, or, where results are fewer than threads, by the lanes of a warp together. */
final class ReduceCode {
    /** A warp pays if each of its lanes has something to do. */
    private static final long FEW = LaneKernel.WARP;

    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Step.Reduce step;

    ReduceCode(BlockCode k, Step.Reduce step) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.step = step;
    }

    void write() {
        var domain = step.domain();
        var beside = Beside.of(k.kernel, domain, step.value());
        if (beside.isPresent()) {
            new BesideCode(k, step, beside.get()).write();
            return;
        }
        boolean byWarps = k.axes.room(domain.axes()) < k.threads && k.axes.room(domain.reduced()) >= FEW;
        if (byWarps) {
            byWarps();
        } else {
            nest.spread(domain.axes(), nest.threads(), this::alone);
        }
    }

    private Operand init(Point point) {
        return step.init().map(init -> points.evaluate(init, point)).orElse(identity());
    }

    private Operand identity() {
        return Operand.f32(step.reduction().identity());
    }

    private void alone(Point point) {
        var result = nest.blocks(step.domain().walked(), List.of(init(point)), sum -> List.of(nest.walk(step.domain().reduced(), point, sum.getFirst(),
                (at, before) -> points.combine(step.reduction(), before, points.evaluate(step.value(), at)))));
        k.store(step.into().home(), point, result.getFirst());
    }

    private void byWarps() {
        var lane = k.b.row(Opcode.LANE);
        var team = new Nest.Team(k.b.row(Opcode.WARP), k.threads / LaneKernel.WARP);
        nest.spread(step.domain().axes(), team, point -> {
            Operand sum = together(point, lane);
            k.b.when(k.b.row(Opcode.EQ_I32, lane, Operand.i32(0)), () -> {
                Operand result = step.init().isEmpty() ? sum : points.combine(step.reduction(), init(point), sum);
                k.store(step.into().home(), point, result);
            });
        });
    }

    /** The reduction of what the lanes find, in all of them. */
    private Operand together(Point point, Operand lane) {
        var reduced = order();
        long room = k.axes.room(reduced);
        var range = new LaneOp.Range(lane, Operand.i32(room), Operand.i32(LaneKernel.WARP));
        Operand sum = nest.blocks(step.domain().walked(), List.of(identity()), before -> k.b.loop(range, before, (index, carried) -> {
            var at = nest.point(reduced, index);
            var here = point.with(at.at());
            var inside = nest.inside(reduced, here);
            return List.of(Ints.is(inside, 1) ? combined(carried.getFirst(), here)
                    : k.b.choose(inside, List.of(carried.getFirst()), () -> List.of(combined(carried.getFirst(), here))).getFirst());
        })).getFirst();
        for (int distance = LaneKernel.WARP / 2; distance > 0; distance /= 2) {
            sum = points.combine(step.reduction(), sum, k.b.row(Opcode.SHFL_XOR_F32, sum, Operand.i32(distance)));
        }
        return sum;
    }

    private Operand combined(Operand sum, Point point) {
        return points.combine(step.reduction(), sum, points.evaluate(step.value(), point));
    }

    /** Neighbouring lanes go along the axis along which the first operand's elements lie closest. */
    private List<Integer> order() {
        var order = new ArrayList<>(step.domain().reduced());
        if (!step.value().leaves().isEmpty()) {
            var leaf = step.value().leaves().getFirst();
            order.sort((x, y) -> Long.compare(LeafDistances.of(k.kernel, leaf, y), LeafDistances.of(k.kernel, leaf, x)));
        }
        return order;
    }
}
