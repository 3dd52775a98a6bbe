package pleat.codegen.gpu;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;

/** What kind of code a kernel becomes, by the hardest of its steps: kernels of a family do well or badly together. */
public enum KernelFamily {
    /** Chains of products that keep their rows in registers. */
    BANDS,
    /** Products of matrices through shared memory, and what is done beside them. */
    PRODUCTS,
    /** Sums of rows that data chooses. */
    SCATTERS,
    /** Reductions to what lies side by side, such as gradients of biases. */
    SUMS_ACROSS,
    /** Reductions of what lies side by side, and what is done with rows beside them. */
    ROWS,
    /** Rows that data chooses. */
    GATHERS,
    /** Each element by itself. */
    MAPS;

    /** As tables name it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public static KernelFamily of(Kernel kernel, GpuTarget target) {
        if (BandPlan.of(kernel, target.sharedBytes() / Room.BLOCKS).isPresent()) {
            return BANDS;
        }
        var steps = StepPlan.of(kernel);
        if (any(steps, Step.Multiply.class::isInstance)) {
            return PRODUCTS;
        }
        if (any(steps, Step.Scatter.class::isInstance)) {
            return SCATTERS;
        }
        if (any(steps, step -> step instanceof Step.Reduce reduce && isAcross(kernel, reduce))) {
            return SUMS_ACROSS;
        }
        return any(steps, Step.Reduce.class::isInstance) ? ROWS : any(steps, KernelFamily::gathers) ? GATHERS : MAPS;
    }

    private static boolean any(List<Step> steps, Predicate<Step> is) {
        return all(steps).anyMatch(is);
    }

    private static Stream<Step> all(List<Step> steps) {
        return steps.stream().flatMap(step -> switch (step) {
            case Step.Loop(_, var body) -> all(body);
            case Step.Rows rows -> all(rows.steps());
            case Step.Fill _, Step.Write _, Step.Reduce _, Step.Multiply _, Step.Scatter _ -> Stream.of(step);
        });
    }

    /** Whether neighbours in memory go to different results. */
    private static boolean isAcross(Kernel kernel, Step.Reduce reduce) {
        return reduce.value().leaves().stream().anyMatch(leaf -> leaf instanceof Leaf.InBuffer
                && reduce.domain().reduced().stream().anyMatch(axis -> LeafDistances.of(kernel, leaf, axis) > 1)
                && reduce.domain().axes().stream().anyMatch(axis -> LeafDistances.of(kernel, leaf, axis) == 1 && ResultHomes.last(kernel, List.of(axis)).isPresent()));
    }

    private static boolean gathers(Step step) {
        var value = switch (step) {
            case Step.Fill fill -> fill.value();
            case Step.Write write -> write.value();
            case Step.Reduce reduce -> reduce.value();
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> Expression.of(0);
        };
        return value.leaves().stream().anyMatch(Leaf.InRow.class::isInstance);
    }
}
