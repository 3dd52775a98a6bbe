package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes steps one after the other, with a barrier where a step touches what an earlier one wrote or was still to read. */
final class StepCode {
    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Set<Home> written = new LinkedHashSet<>();
    private final Set<Home> read = new LinkedHashSet<>();
    private boolean readsTaken;

    StepCode(BlockCode k) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
    }

    void run(List<Step> steps) {
        steps.forEach(this::run);
    }

    /** All threads wait for each other. */
    void meet() {
        k.b.act(Opcode.BARRIER);
        written.clear();
        read.clear();
        readsTaken = false;
    }

    private void run(Step step) {
        if (step instanceof Step.Loop(int axis, var body)) {
            loop(axis, body);
            return;
        }
        if (mustMeet(step)) {
            meet();
        }
        switch (step) {
            case Step.Fill fill -> fill(fill);
            case Step.Write write -> write(write);
            case Step.Reduce reduce -> new ReduceCode(k, reduce).write();
            case Step.Multiply multiply -> {
                new ProductCode(k, multiply).write();
                // Its parts are met by all threads on the way.
                written.clear();
                read.clear();
            }
            case Step.Scatter scatter -> new ScatterCode(k, scatter).write();
            case Step.Rows rows -> new RowCode(k, rows).write();
            case Step.Loop _ -> throw new IllegalStateException("loops are written elsewhere");
        }
        HomePlaces.reads(step).forEach(read::add);
        HomePlaces.writes(step).forEach(written::add);
        readsTaken |= readsTaken(step);
    }

    private void fill(Step.Fill step) {
        if (!new TurnedCode(k).wrote(step)) {
            nest.spread(order(step.axes(), step.home()), nest.threads(), point -> k.store(step.home(), point, points.evaluate(step.value(), point)));
        }
    }

    private void write(Step.Write step) {
        if (!new TurnedCode(k).wrote(step)) {
            nest.spread(order(step.axes(), step.buffer(), step.access()), nest.threads(),
                    point -> new BufferCode(k).store(step.buffer(), step.access(), point, points.evaluate(step.value(), point)));
        }
    }

    private boolean mustMeet(Step step) {
        boolean reads = HomePlaces.reads(step).anyMatch(home -> touches(written, home));
        boolean writes = HomePlaces.writes(step).anyMatch(home -> touches(written, home) || touches(read, home));
        return reads || writes || readsTaken && writesBuffer(step);
    }

    private static boolean writesBuffer(Step step) {
        return step instanceof Step.Write || step instanceof Step.Rows rows && rows.steps().stream().anyMatch(StepCode::writesBuffer) || step instanceof Step.Multiply(_, _, Epilogue epilogue) && epilogue.target() instanceof Epilogue.Target.InBuffer;
    }

    private boolean touches(Set<Home> homes, Home home) {
        return homes.stream().anyMatch(other -> k.place(other).overlaps(k.place(home)));
    }

    /** Whether it reads what a store may write over. */
    private boolean readsTaken(Step step) {
        if (step instanceof Step.Rows rows) {
            return rows.steps().stream().anyMatch(this::readsTaken);
        }
        var buffers = new ArrayList<Integer>();
        if (step instanceof Step.Fill(_, Expression value, _)) {
            value.eachBuffer(buffers::add);
        }
        return buffers.stream().anyMatch(buffer -> k.kernel.parameters().get(buffer).mode() == Kernel.Mode.TAKEN);
    }

    private void loop(int axis, ImmutableList<Step> body) {
        meet();
        var range = new LaneOp.Range(Operand.i32(0), Operand.i32(k.axes.axis(axis).blocks()), Operand.i32(1));
        k.b.loop(range, List.of(), (block, _) -> {
            k.axes.enter(axis, block);
            run(body);
            meet();
            return List.of();
        });
        k.axes.enter(axis, Operand.i32(0));
    }

    /** As the tile lies in memory. */
    private static List<Integer> order(ImmutableList<Integer> axes, Home home) {
        var order = new ArrayList<>(axes);
        order.sort((x, y) -> Long.compare(home.stride(y), home.stride(x)));
        return order;
    }

    /** As the buffer lies in memory, as far as each axis moves through one dim of it. */
    private List<Integer> order(ImmutableList<Integer> axes, int buffer, Access access) {
        var order = new ArrayList<>(axes);
        order.sort((x, y) -> Long.compare(BufferStrides.along(k.kernel.parameters().get(buffer), access, y),
                BufferStrides.along(k.kernel.parameters().get(buffer), access, x)));
        return order;
    }
}
