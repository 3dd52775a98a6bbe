package pleat.codegen.gpu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Operand;

/** Walks the points that axes span in the present blocks. */
final class Nest {
    private final BlockCode k;

    Nest(BlockCode k) {
        this.k = k;
    }

    /** Who walks, as member {@code number} of {@code count} that take turns. */
    record Team(Operand number, long count) {}

    Team threads() {
        return new Team(k.thread, k.threads);
    }

    /** Spreads points over a team; neighbours along the last axis go to neighbours of the team. */
    void spread(List<Integer> axes, Team team, Consumer<Point> body) {
        long points = k.axes.room(axes);
        if (points == 0) {
            return;
        }
        if (points <= team.count()) {
            Operand there = points == team.count() ? Ints.yes() : k.ints.isBelow(team.number(), Operand.i32(points));
            when(k.ints.both(there, inside(axes, team.number())), () -> body.accept(point(axes, team.number())));
            return;
        }
        k.b.loop(new LaneOp.Range(team.number(), Operand.i32(points), Operand.i32(team.count())), List.of(), (index, _) -> {
            when(inside(axes, index), () -> body.accept(point(axes, index)));
            return List.of();
        });
    }

    /** What is known to hold is not asked. */
    void when(Operand condition, Runnable then) {
        if (Ints.is(condition, 1)) {
            then.run();
        } else {
            k.b.when(condition, then);
        }
    }

    /** The point with a number; the last axis goes fastest. */
    Point point(List<Integer> axes, Operand number) {
        var positions = new LinkedHashMap<Integer, Operand>();
        Operand rest = number;
        for (int a = axes.size() - 1; a >= 0; a--) {
            long room = k.axes.room(axes.get(a));
            positions.put(axes.get(a), a == 0 ? rest : k.ints.rest(rest, room));
            rest = a == 0 ? rest : k.ints.over(rest, room);
        }
        return Point.ORIGIN.with(positions);
    }

    /** Whether a point that a full block has is in the present one. */
    Operand inside(List<Integer> axes, Operand number) {
        return inside(axes, point(axes, number));
    }

    Operand inside(List<Integer> axes, Point point) {
        Operand inside = Ints.yes();
        for (int axis : axes) {
            if (k.axes.isRagged(axis)) {
                inside = k.ints.both(inside, k.ints.isBelow(point.along(axis), k.axes.size(axis)));
            }
        }
        return inside;
    }

    /** Whether a number is one of a point, and the point is in the present block. */
    Operand isInside(List<Integer> axes, Operand number, Point at) {
        return k.ints.both(k.ints.isBelow(number, Operand.i32(k.axes.room(axes))), inside(axes, at));
    }

    /** What is made of what blocks before gave. */
    interface Block {
        List<Operand> run(List<Operand> carried);
    }

    /** All threads, for each block of axes, outermost first. */
    List<Operand> blocks(List<Integer> walked, List<Operand> inits, Block turn) {
        if (walked.isEmpty()) {
            return turn.run(inits);
        }
        int axis = walked.getFirst();
        var range = new LaneOp.Range(Operand.i32(0), Operand.i32(k.axes.axis(axis).blocks()), Operand.i32(1));
        var results = k.b.loop(range, inits, (block, carried) -> {
            k.axes.enter(axis, block);
            return blocks(walked.subList(1, walked.size()), List.copyOf(carried), turn);
        });
        k.axes.enter(axis, Operand.i32(0));
        return results;
    }

    /** What one thread does at each point, in order. */
    interface Turn {
        Operand run(Point point, Operand carried);
    }

    /** Goes over all points alone; axes outermost first. */
    Operand walk(List<Integer> axes, Point point, Operand init, Turn turn) {
        if (axes.isEmpty()) {
            return turn.run(point, init);
        }
        int axis = axes.getFirst();
        var range = new LaneOp.Range(Operand.i32(0), k.axes.size(axis), Operand.i32(1));
        return k.b.loop(range, List.of(init), (LaneValue index, List<LaneValue> carried) -> List.of(
                walk(axes.subList(1, axes.size()), point.with(axis, index), carried.getFirst(), turn))).getFirst();
    }
}
