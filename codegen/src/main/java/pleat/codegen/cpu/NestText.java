package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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

    /**
     * A run in vectors: whole ones, then what is left.
     *
     * @param whole the body for a whole vector
     * @param rest the body for the lanes that are left, written only where the count may leave some
     */
    void vectors(ImmutableList<Integer> run, Point start, int lanes, Turn whole, Turn rest) {
        int axis = run.getLast();
        String count = k.points(run);
        String vectors = k.dividedBy(count, lanes);
        if (!vectors.equals("0")) {
            var loop = k.loop(vectors);
            whole.at(start.with(axis, k.times(loop.index(), lanes)), Integer.toString(lanes));
            loop.close();
        }
        String left = k.remainder(count, lanes);
        if (left.equals("0")) {
            return;
        }
        Point end = start.with(axis, k.times(vectors, lanes));
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
