package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.codegen.llvm.CountedLoop;

/** Writes loops over runs of axes. */
final class NestText {
    private final KernelText k;

    NestText(KernelText k) {
        this.k = k;
    }

    /** The body for every point of the given runs. */
    void each(List<ImmutableList<Integer>> runs, Point start, Consumer<Point> body) {
        var loops = new ArrayList<CountedLoop>();
        Point point = start;
        for (var run : runs) {
            var loop = k.loop(k.points(run));
            loops.add(loop);
            point = point.with(run.getLast(), loop.index());
        }
        body.accept(point);
        loops.reversed().forEach(CountedLoop::close);
    }

    /** One turn of a loop in vectors. */
    interface Turn {
        /** @param valid how many lanes exist */
        void at(Point point, String valid);
    }

    /** One turn of a loop over whole vectors. */
    interface WholeTurn {
        /** @param lane which of the turns that are written side by side this is */
        void at(Point point, int lane);
    }

    /** Whole vectors that are worked on together. */
    interface WholeTurns {
        void at(List<Point> points);
    }

    /** A run in vectors: whole ones, then what is left, which is written only where the count may leave some. */
    void vectors(ImmutableList<Integer> run, Point start, int lanes, Turn whole, Turn rest) {
        vectors(run, start, lanes, 1, (point, _) -> whole.at(point, Integer.toString(lanes)), rest);
    }

    /** A run in vectors, of which {@code width} whole ones are written side by side. */
    void vectors(ImmutableList<Integer> run, Point start, int lanes, int width, WholeTurn whole, Turn rest) {
        together(run, start, lanes, width, points -> {
            for (int lane = 0; lane < points.size(); lane++) {
                whole.at(points.get(lane), lane);
            }
        }, rest);
    }

    /** A run in vectors, of which {@code width} whole ones are one turn, and those that are left one each. */
    void together(ImmutableList<Integer> run, Point start, int lanes, int width, WholeTurns whole, Turn rest) {
        int axis = run.getLast();
        String count = k.points(run);
        String vectors = k.dividedBy(count, lanes);
        String turns = k.dividedBy(vectors, width);
        turns(turns, start, axis, lanes * width, point -> whole.at(IntStream.range(0, width)
                .mapToObj(lane -> point.with(axis, k.plus(point.at(axis), Integer.toString(lane * lanes)))).toList()));
        String done = k.times(turns, width);
        String single = k.minus(vectors, done);
        turns(single, start.with(axis, k.times(done, lanes)), axis, lanes, point -> whole.at(List.of(point)));
        rest(k.remainder(count, lanes), start.with(axis, k.times(vectors, lanes)), rest);
    }

    private void turns(String count, Point start, int axis, int step, Consumer<Point> body) {
        if (count.equals("0")) {
            return;
        }
        if (count.equals("1")) {
            body.accept(start);
            return;
        }
        var loop = k.loop(count);
        body.accept(start.with(axis, k.plus(start.at(axis), k.times(loop.index(), step))));
        loop.close();
    }

    private void rest(String left, Point end, Turn rest) {
        if (left.equals("0")) {
            return;
        }
        if (KernelText.isNumber(left)) {
            rest.at(end, left);
            return;
        }
        String label = k.label();
        k.f.line("br i1 %s, label %%%sdone, label %%%srest", k.f.let("icmp eq i64 %s, 0", left), label, label);
        k.f.label(label + "rest");
        rest.at(end, left);
        k.f.line("br label %%%sdone", label);
        k.f.label(label + "done");
    }
}
