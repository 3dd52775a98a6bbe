package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation.Target;
import pleat.ir.index.Equation;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;

/**
 * Normal form: write axes first, in the order of the result's dims; then the reduced axes in the order in which the body first
 * uses them; reads numbered by first use in the body, equal ones merged, unused ones dropped; axis names unique. An axis that
 * nothing uses but that is reduced over stays, because it multiplies a sum.
 */
public final class Normalize {
    private Normalize() {}

    private record Reading<T>(T operand, Access access) {}

    public static Op.Compute of(Op.Compute compute) {
        var bound = of(compute.equation(), compute.operands());
        return bound.equation().equals(compute.equation()) && bound.operands().equals(compute.operands()) ? compute
                : new Op.Compute(compute.result(), bound.equation(), bound.operands(), compute.location());
    }

    public static <T> Bound<T> of(Equation equation, List<T> operands) {
        var readings = readingsInOrderOfUse(equation, operands);
        int[] axisAt = axisOrder(equation);
        int[] placeOf = new int[axisAt.length];
        for (int place = 0; place < axisAt.length; place++) {
            placeOf[axisAt[place]] = place;
        }
        var axes = uniqueNames(Arrays.stream(axisAt).mapToObj(equation.axes()::get).toList());
        var numbers = List.copyOf(readings.keySet());
        var body = equation.body().rewrite(node -> switch (node) {
            case Scalar.Read(int read) ->
                    new Scalar.Read(numbers.indexOf(new Reading<>(operands.get(read), equation.reads().get(read))));
            case Scalar.Position(int axis) -> new Scalar.Position(placeOf[axis]);
            case Scalar.Extent(int axis) -> new Scalar.Extent(placeOf[axis]);
            case Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        var reads = numbers.stream().map(r -> renumber(r.access(), placeOf)).collect(ImmutableList.toImmutableList());
        var target = new Target(renumber(equation.write(), placeOf), equation.dims());
        return new Bound<>(new Equation(axes, reads, target, equation.reduction(), body),
                numbers.stream().map(Reading::operand).collect(ImmutableList.toImmutableList()));
    }

    private static Access renumber(Access access, int[] placeOf) {
        return access.substitute(axis -> Index.axis(placeOf[axis]));
    }

    private static <T> SequencedMap<Reading<T>, Integer> readingsInOrderOfUse(Equation equation, List<T> operands) {
        var readings = new LinkedHashMap<Reading<T>, Integer>();
        equation.body().visit(node -> {
            if (node instanceof Scalar.Read(int read)) {
                readings.putIfAbsent(new Reading<>(operands.get(read), equation.reads().get(read)), read);
            }
        });
        return readings;
    }

    private static int[] axisOrder(Equation equation) {
        Set<Integer> order = new LinkedHashSet<>();
        addAxes(equation.write(), order);
        equation.body().visit(node -> {
            switch (node) {
                case Scalar.Read(int read) -> addAxes(equation.reads().get(read), order);
                case Scalar.Position(int axis) -> order.add(axis);
                case Scalar.Extent(int axis) -> order.add(axis);
                case Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> {
                }
            }
        });
        for (int axis = 0; axis < equation.axes().size(); axis++) {
            order.add(axis);
        }
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void addAxes(Access access, Set<Integer> order) {
        for (Index index : access.subscripts()) {
            index.terms().stream().sorted(Comparator.comparingLong((Term t) -> -Math.abs(t.coefficient())))
                    .forEach(t -> order.add(t.axis()));
        }
    }

    private static ImmutableList<Axis> uniqueNames(List<Axis> axes) {
        var taken = new LinkedHashSet<String>();
        axes.forEach(axis -> taken.add(axis.name()));
        var given = new LinkedHashSet<String>();
        var result = new ArrayList<Axis>();
        for (Axis axis : axes) {
            String name = axis.name();
            for (int n = 1; !given.add(name); n++) {
                String next = axis.name() + n;
                name = taken.contains(next) ? name : next;
            }
            result.add(name.equals(axis.name()) ? axis : new Axis(name, axis.extent()));
        }
        return ImmutableList.copyOf(result);
    }
}
