package pleat.ir.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Walks a tile program: every tile is made once and before it is used, and has axes that are open where it stands. */
final class TileRules {
    private final Kernel kernel;
    private final Findings findings;
    private final MemoryRules memory;
    private final Set<Tile> made = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tile> visible = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Integer> openLoops = new ArrayList<>();

    private TileRules(Kernel kernel, Findings findings) {
        this.kernel = kernel;
        this.findings = findings;
        this.memory = new MemoryRules(kernel, findings);
    }

    static void check(Kernel kernel, Findings findings) {
        var rules = new TileRules(kernel, findings);
        rules.walk(kernel.body());
        rules.memory.everyOutputIsStored();
    }

    private void walk(List<TileOp> ops) {
        for (TileOp op : ops) {
            operands(op).forEach(tile -> use(op, tile));
            // The other rules look axes up, so they have to exist.
            if (axesAreOpen(op)) {
                check(op);
            }
            results(op).forEach(tile -> make(op, tile));
        }
    }

    private void check(TileOp op) {
        switch (op) {
            case TileOp.Load load -> memory.load(load);
            case TileOp.Gather gather -> memory.gather(gather);
            case TileOp.Scatter scatter -> memory.scatter(scatter);
            case TileOp.Random random -> memory.random(random);
            case TileOp.Store store -> memory.store(store, List.copyOf(openLoops));
            case TileOp.Compute compute -> ComputeRules.check(compute, kernel, findings);
            case TileOp.Loop loop -> loop(loop);
        }
    }

    private static List<Tile> operands(TileOp op) {
        return switch (op) {
            case TileOp.Load _, TileOp.Scatter _, TileOp.Random _ -> List.of();
            case TileOp.Gather gather -> List.of(gather.index());
            case TileOp.Store store -> List.of(store.value());
            case TileOp.Compute compute -> Stream.concat(compute.operands().stream(), compute.init().stream()).toList();
            case TileOp.Loop loop -> loop.carries().stream().map(TileOp.Carry::init).toList();
        };
    }

    private static List<Tile> results(TileOp op) {
        return switch (op) {
            case TileOp.Load(Tile result, _, _) -> List.of(result);
            case TileOp.Gather(Tile result, _, _, _) -> List.of(result);
            case TileOp.Scatter(Tile result, _, _, _) -> List.of(result);
            case TileOp.Random(Tile result, _, _, _) -> List.of(result);
            case TileOp.Compute compute -> List.of(compute.result());
            case TileOp.Store _ -> List.of();
            case TileOp.Loop loop -> loop.carries().stream().map(TileOp.Carry::result).toList();
        };
    }

    private void use(TileOp op, Tile tile) {
        if (!visible.contains(tile)) {
            findings.report(KernelCode.TILE, op, made.contains(tile) ? "`%%%s` is made inside a loop and used outside"
                    : "`%%%s` is not made before this step", tile.name());
        }
    }

    private void make(TileOp op, Tile tile) {
        visible.add(tile);
        if (!made.add(tile)) {
            findings.report(KernelCode.TILE, op, "`%%%s` is made already", tile.name());
        }
        if (new LinkedHashSet<>(tile.axes()).size() < tile.axes().size()) {
            findings.report(KernelCode.TILE_AXES, op, "`%%%s` has an axis twice", tile.name());
        }
    }

    private boolean axesAreOpen(TileOp op) {
        var axes = new LinkedHashSet<Integer>();
        operands(op).forEach(tile -> axes.addAll(tile.axes()));
        results(op).forEach(tile -> axes.addAll(tile.axes()));
        switch (op) {
            case TileOp.Load(_, _, Access access) -> addAxes(access, axes);
            case TileOp.Gather(_, _, _, Access access) -> addAxes(access, axes);
            case TileOp.Scatter(_, _, _, Access access) -> addAxes(access, axes);
            case TileOp.Random(_, _, _, Index position) -> addAxes(Access.of(position), axes);
            case TileOp.Store(_, Access access, _) -> addAxes(access, axes);
            case TileOp.Compute compute -> axes.addAll(ComputeRules.axesOf(compute.body()));
            case TileOp.Loop loop -> {
                loop.carries().forEach(carry -> axes.addAll(carry.entry().axes()));
                return isLoop(loop) && axes.stream().allMatch(axis -> isOpen(op, axis));
            }
        }
        return axes.stream().allMatch(axis -> isOpen(op, axis));
    }

    private static void addAxes(Access access, Set<Integer> axes) {
        access.subscripts().forEach(subscript -> subscript.terms().forEach(term -> axes.add(term.axis())));
    }

    private boolean isLoop(TileOp.Loop loop) {
        boolean isLoop = exists(loop, loop.axis()) && kernel.axes().get(loop.axis()).role() == Role.LOOP && !openLoops.contains(loop.axis());
        if (!isLoop && exists(loop, loop.axis())) {
            findings.report(KernelCode.AXIS, loop, "axis `%s` is not there to be walked here", kernel.axes().get(loop.axis()).name());
        }
        return isLoop;
    }

    private boolean exists(TileOp op, int axis) {
        boolean exists = axis >= 0 && axis < kernel.axes().size();
        if (!exists) {
            findings.report(KernelCode.AXIS, op, "the kernel has %s axes, and this uses number %s", kernel.axes().size(), axis);
        }
        return exists;
    }

    private boolean isOpen(TileOp op, int number) {
        if (!exists(op, number)) {
            return false;
        }
        KernelAxis axis = kernel.axes().get(number);
        boolean isOpen = axis.role() != Role.LOOP || openLoops.contains(number);
        if (!isOpen) {
            findings.report(KernelCode.AXIS, op, "axis `%s` is walked by a loop, and this stands outside", axis.name());
        }
        return isOpen;
    }

    private void loop(TileOp.Loop loop) {
        for (TileOp.Carry carry : loop.carries()) {
            CarryRules.check(loop, carry, kernel, findings);
        }
        Set<Tile> outside = Collections.newSetFromMap(new IdentityHashMap<>());
        outside.addAll(visible);
        openLoops.add(loop.axis());
        loop.carries().forEach(carry -> make(loop, carry.entry()));
        walk(loop.body());
        loop.carries().forEach(carry -> use(loop, carry.next()));
        openLoops.removeLast();
        visible.retainAll(outside);
    }
}
