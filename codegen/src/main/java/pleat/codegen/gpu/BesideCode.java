package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Writes a reduction along its results. Where threads are more than these, they share: each reduces a part, those of a warp add theirs up in registers, and
 * through memory those of all warps come together, in order.
 */
final class BesideCode {
    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Step.Reduce step;
    private final Beside beside;
    private final long results;
    private final long teams;

    BesideCode(BlockCode k, Step.Reduce step, Beside beside) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.step = step;
        this.beside = beside;
        this.results = k.axes.room(beside.axes());
        this.teams = beside.teams(results, k.threads);
    }

    void write() {
        if (teams == 1) {
            k.b.loop(new LaneOp.Range(k.thread, Operand.i32(groups()), Operand.i32(k.threads)), List.of(), (group, _) -> {
                var at = first(group);
                nest.when(nest.inside(beside.axes(), at), () -> {
                    store(at, reduced(at, Operand.i32(0), 1));
                });
                return List.of();
            });
            return;
        }
        shared();
    }

    private long groups() {
        return results / beside.count();
    }

    private Point first(Operand group) {
        return nest.point(beside.axes(), k.ints.times(group, beside.count()));
    }

    /** The number of a thread's results where lanes take lines in an order. */
    private Operand ordered(Operand group) {
        var order = beside.order(k.kernel);
        if (order.isAsTheyLie()) {
            return group;
        }
        long ofLine = k.axes.room(beside.near()) / beside.count();
        var line = order.line(k.ints, k.ints.over(group, ofLine));
        return k.ints.plus(k.ints.times(line, ofLine), k.ints.rest(group, ofLine));
    }

    /** What a thread alone has, 16 bytes at once where its results lie so: one by one, four lanes of a warp would meet in each bank. */
    private void store(Point first, List<Operand> sums) {
        var home = step.into().home();
        if (sums.size() == ResultHomes.GROUP && ResultHomes.hasGroups(k.kernel, home, beside.near(), ResultHomes.GROUP)) {
            k.storeGroup(home, first, IntStream.range(0, sums.size()).mapToObj(i -> result(first.moved(k.ints, beside.near(), i), sums.get(i))).toList());
        } else {
            IntStream.range(0, sums.size()).forEach(i -> store(first.moved(k.ints, beside.near(), i), sums.get(i)));
        }
    }

    private void store(Point at, Operand sum) {
        k.store(step.into().home(), at, result(at, sum));
    }

    private Operand result(Point at, Operand sum) {
        return step.init().map(init -> points.combine(step.reduction(), points.evaluate(init, at), sum)).orElse(sum);
    }

    private void shared() {
        var parts = step.into().parts().orElseThrow();
        var group = ordered(k.ints.rest(k.thread, groups()));
        var team = k.ints.over(k.thread, groups());
        var at = first(group);
        var works = k.ints.both(nest.inside(beside.axes(), at), teams * groups() == k.threads ? Ints.yes() : k.ints.isBelow(team, Operand.i32(teams)));
        var found = where(works, identities(), () -> reduced(at, beside.order(k.kernel, step, teams).line(k.ints, team), teams));
        boolean byWarps = LaneKernel.WARP % groups() == 0;
        if (byWarps) {
            var sums = ofWarp(found);
            k.b.when(k.ints.isBelow(k.b.row(Opcode.LANE), Operand.i32(groups())), () -> k.storePlain(parts, place(k.b.row(Opcode.WARP), at), sums));
        } else {
            nest.when(works, () -> k.storePlain(parts, place(team, at), found));
        }
        k.b.act(Opcode.BARRIER);
        together(parts, byWarps ? k.threads / LaneKernel.WARP : teams);
    }

    private Operand place(Operand part, Point at) {
        Operand place = k.ints.times(part, beside.numbers(k.kernel));
        for (int axis : beside.axes()) {
            place = k.ints.plus(place, k.ints.times(at.along(axis), beside.stride(k.kernel, axis)));
        }
        return place;
    }

    /** The lanes of a warp that have the same results. */
    private List<Operand> ofWarp(List<Operand> found) {
        var sums = found;
        for (int distance = LaneKernel.WARP / 2; distance >= groups(); distance /= 2) {
            int by = distance;
            sums = sums.stream().map(sum -> points.combine(step.reduction(), sum, k.b.row(Opcode.SHFL_XOR_F32, sum, Operand.i32(by)))).toList();
        }
        return sums;
    }

    /** Lanes go as the result lies. */
    private void together(Home parts, long number) {
        var order = new ArrayList<>(beside.axes());
        order.sort((x, y) -> Long.compare(step.into().home().stride(y), step.into().home().stride(x)));
        var all = new LaneOp.Range(Operand.i32(0), Operand.i32(number), Operand.i32(1));
        nest.spread(order, nest.threads(), at -> store(at, k.b.loop(all, List.of(identity()), (team, carried) ->
                List.of(points.combine(step.reduction(), carried.getFirst(), k.loadPlain(parts, place(team, at))))).getFirst()));
    }

    private Operand identity() {
        return Operand.f32(step.reduction().identity());
    }

    private List<Operand> identities() {
        return Collections.nCopies(beside.count(), identity());
    }

    private interface Found {
        List<Operand> get();
    }

    private List<Operand> where(Operand condition, List<Operand> otherwise, Found then) {
        return Ints.is(condition, 1) ? then.get() : k.b.choose(condition, otherwise, then::get);
    }

    /** What a thread finds, as one of so many that take turns. */
    private List<Operand> reduced(Point at, Operand team, long of) {
        var buffers = new BufferCode(k);
        var isAligned = beside.wideBuffers(step.value()).stream().map(buffers::isAligned).reduce(Ints.yes(), k.ints::both);
        if (Ints.is(isAligned, 1)) {
            return reduced(at, team, of, true);
        }
        var found = k.b.choose(isAligned, identities(), () -> reduced(at, team, of, true));
        return k.b.choose(k.b.row(Opcode.NOT_PRED, isAligned), found, () -> reduced(at, team, of, false));
    }

    private List<Operand> reduced(Point at, Operand team, long of, boolean isAligned) {
        return nest.blocks(step.domain().walked(), identities(), before -> {
            var inBlock = ofBlock(at, team, of, isAligned);
            return IntStream.range(0, beside.count()).mapToObj(i -> points.combine(step.reduction(), before.get(i), inBlock.get(i))).toList();
        });
    }

    private List<Operand> ofBlock(Point at, Operand team, long of, boolean isAligned) {
        var reduced = step.domain().reduced();
        return k.b.loop(new LaneOp.Range(team, Operand.i32(k.axes.room(reduced)), Operand.i32(of)), identities(), (index, carried) -> {
            var here = at.with(nest.point(reduced, index).at());
            return where(nest.inside(reduced, here), List.copyOf(carried), () -> {
                var values = values(here, isAligned);
                return IntStream.range(0, beside.count()).mapToObj(i -> points.combine(step.reduction(), carried.get(i), values.get(i))).toList();
            });
        });
    }

    private List<Operand> values(Point at, boolean isAligned) {
        return beside.count() == 1 ? List.of(points.evaluate(step.value(), at))
                : points.evaluate(step.value(), new PointCode.Group(at, beside.near(), isAligned), Map.of());
    }
}
