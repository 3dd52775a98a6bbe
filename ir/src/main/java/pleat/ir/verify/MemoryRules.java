package pleat.ir.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.kernel.Kernel.Parameter;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Loads and gathers read inputs, inside or guarded; stores write each element of each output once. */
final class MemoryRules {
    private final Kernel kernel;
    private final Findings findings;
    private final ImmutableList<Axis> axes;
    private final Map<Integer, TileOp.Store> stores = new HashMap<>();

    MemoryRules(Kernel kernel, Findings findings) {
        this.kernel = kernel;
        this.findings = findings;
        this.axes = kernel.axes().stream().map(axis -> new Axis(axis.name(), Dim.of(axis.extent()))).collect(ImmutableList.toImmutableList());
    }

    void load(TileOp.Load op) {
        parameter(op, op.buffer(), Mode.IN).ifPresent(parameter -> {
            subscripts(op, parameter, op.access(), parameter.type().dims());
            onlyAxesOf(op, op.access(), op.result());
        });
    }

    void gather(TileOp.Gather op) {
        parameter(op, op.buffer(), Mode.IN).ifPresent(parameter -> {
            if (parameter.type().rank() == 0) {
                findings.report(KernelCode.RANK, op, "`%%%s` has no rows to choose from", parameter.name());
                return;
            }
            subscripts(op, parameter, op.access(), parameter.type().dims().subList(1, parameter.type().rank()));
            onlyAxesOf(op, op.access(), op.result());
            if (!op.result().axes().containsAll(op.index().axes())) {
                findings.report(KernelCode.TILE_AXES, op, "`%%%s` lacks an axis of the index `%%%s`", op.result().name(), op.index().name());
            }
        });
    }

    void scatter(TileOp.Scatter op) {
        parameter(op, op.updates(), Mode.IN).ifPresent(updates -> parameter(op, op.index(), Mode.IN).ifPresent(index -> {
            int rank = index.type().rank();
            if (rank > updates.type().rank() || !updates.type().dims().subList(0, rank).equals(index.type().dims()) || op.result().axes().isEmpty()) {
                findings.report(KernelCode.RANK, op, "`%%%s` of type `%s` has no update for each index of type `%s`", updates.name(), updates.type(),
                        index.type());
                return;
            }
            subscripts(op, updates, op.access(), updates.type().dims().subList(rank, updates.type().rank()));
            onlyAxesOf(op, op.access(), op.result());
            if (op.access().uses(op.result().axes().getFirst())) {
                findings.report(KernelCode.TILE_AXES, op, "the row of `%%%s` is chosen by data, and `%s` counts it", op.result().name(),
                        kernel.axes().get(op.result().axes().getFirst()).name());
            }
        }));
    }

    void random(TileOp.Random op) {
        parameter(op, op.seed(), Mode.IN).ifPresent(seed -> {
            if (!seed.type().equals(TensorType.of(DType.I64))) {
                findings.report(KernelCode.RANK, op, "the seed `%%%s` is of type `%s`, not `i64[]`", seed.name(), seed.type());
            }
            onlyAxesOf(op, Access.of(op.position()), op.result());
        });
    }

    /** @param loops axes of the loops around the step */
    void store(TileOp.Store op, List<Integer> loops) {
        parameter(op, op.buffer(), Mode.OUT).ifPresent(parameter -> {
            boolean fits = subscripts(op, parameter, op.access(), parameter.type().dims());
            onlyAxesOf(op, op.access(), op.value());
            if (op.access().guarded()) {
                findings.report(KernelCode.STORED_ONCE, op, "a store cannot be guarded");
            }
            if (stores.putIfAbsent(op.buffer(), op) != null) {
                findings.report(KernelCode.STORED_ONCE, op, "`%%%s` is stored by two steps", parameter.name());
            }
            if (fits) {
                storedOnce(op, parameter, loops);
            }
        });
    }

    void everyOutputIsStored() {
        for (int p = 0; p < kernel.parameters().size(); p++) {
            Parameter parameter = kernel.parameters().get(p);
            if (parameter.mode() == Mode.OUT && !stores.containsKey(p)) {
                findings.report(KernelCode.STORED_ONCE, kernel, "nothing is stored in `%%%s`", parameter.name());
            }
        }
    }

    private Optional<Parameter> parameter(TileOp op, int buffer, Mode mode) {
        if (buffer < 0 || buffer >= kernel.parameters().size()) {
            findings.report(KernelCode.PARAMETER, op, "the kernel has %s parameters, and this uses number %s", kernel.parameters().size(), buffer);
            return Optional.empty();
        }
        Parameter parameter = kernel.parameters().get(buffer);
        if (parameter.mode().isRead() != mode.isRead()) {
            findings.report(KernelCode.MODE, op, mode.isRead() ? "output `%%%s` is read" : "input `%%%s` is written", parameter.name());
        }
        return Optional.of(parameter);
    }

    private boolean subscripts(TileOp op, Parameter parameter, Access access, List<Dim> dims) {
        if (access.rank() != dims.size()) {
            findings.report(KernelCode.RANK, op, "`%%%s` of type `%s` is accessed with %s subscripts", parameter.name(), parameter.type(),
                    access.rank());
            return false;
        }
        boolean isInside = true;
        for (int d = 0; d < dims.size() && !access.guarded(); d++) {
            var reach = Reach.of(access.subscripts().get(d), axes);
            if (!reach.staysInside(dims.get(d))) {
                findings.report(KernelCode.OUTSIDE, op, "dim %s of `%%%s` has extent %s, but the access reaches %s",
                        d + parameter.type().rank() - dims.size(), parameter.name(), dims.get(d), reach);
                isInside = false;
            }
        }
        return isInside;
    }

    private void onlyAxesOf(TileOp op, Access access, Tile tile) {
        for (int axis : axesOf(access)) {
            if (!tile.axes().contains(axis)) {
                findings.report(KernelCode.TILE_AXES, op, "`%%%s` lacks the axis `%s` of the access", tile.name(), kernel.axes().get(axis).name());
            }
        }
    }

    private static Set<Integer> axesOf(Access access) {
        var used = new LinkedHashSet<Integer>();
        access.subscripts().forEach(subscript -> subscript.terms().forEach(term -> used.add(term.axis())));
        return used;
    }

    private void storedOnce(TileOp.Store op, Parameter parameter, List<Integer> loops) {
        var walked = new LinkedHashSet<>(op.value().axes());
        walked.addAll(axesOf(op.access()));
        for (int a = 0; a < kernel.axes().size(); a++) {
            KernelAxis axis = kernel.axes().get(a);
            if (axis.blocks() > 1 && (axis.role() == Role.GRID || loops.contains(a))) {
                walked.add(a);
            }
        }
        var order = new ArrayList<>(walked);
        var write = op.access().substitute(axis -> Index.axis(order.indexOf(axis)));
        var equation = new Equation(order.stream().map(axes::get).collect(ImmutableList.toImmutableList()), ImmutableList.of(),
                new Equation.Target(Access.of(write.subscripts()), parameter.type().dims()), Reduction.NONE, Scalar.of(0));
        var undecided = Injectivity.undecided(equation);
        if (!undecided.isEmpty()) {
            findings.report(KernelCode.STORED_ONCE, op, "two positions of axis `%s` may store the same element of `%%%s`",
                    equation.axes().get(undecided.getFirst()).name(), parameter.name());
            return;
        }
        // No element twice, so there are as many elements as points.
        double points = order.stream().mapToDouble(a -> kernel.axes().get(a).extent()).reduce(1, (a, b) -> a * b);
        if (points != parameter.type().elements()) {
            findings.report(KernelCode.STORED_ONCE, op, "%.0f of the %s elements of `%%%s` are stored", points, parameter.type().elements(),
                    parameter.name());
        }
    }
}
