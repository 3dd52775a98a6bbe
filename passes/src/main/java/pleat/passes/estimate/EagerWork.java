package pleat.passes.estimate;

import java.util.List;
import java.util.stream.Stream;
import pleat.passes.estimate.EagerOp.Kind;
import pleat.passes.machine.Family;
import pleat.passes.machine.Work;

/** The kernels of an op of an eager framework, forward and back. */
public final class EagerWork {
    private EagerWork() {}

    /** How much of what an op is made of a device has. */
    public interface Sizes {
        /** All of it. */
        Sizes WHOLE = new Sizes() {
            @Override
            public long elements(Tensor tensor) {
                return tensor.elements();
            }

            @Override
            public long flops(EagerOp op, long flops) {
                return flops;
            }
        };

        long elements(Tensor tensor);

        /** @param flops of the product that the op is */
        long flops(EagerOp op, long flops);

        default long bytes(Tensor tensor) {
            return elements(tensor) * tensor.elementBytes();
        }
    }

    /** Empty where nothing is computed. */
    public static List<Work> forward(EagerOp op, Sizes sizes) {
        long bytes = Stream.concat(op.inputs().stream().distinct(), Stream.of(op.result())).mapToLong(sizes::bytes).sum();
        long elements = sizes.elements(op.result());
        return switch (op.kind()) {
            case Kind.Product(long flops) -> List.of(new Work(Family.PRODUCT, sizes.flops(op, flops), bytes));
            case Kind.Softmax _, Kind.Norm _, Kind.Sum _ -> List.of(new Work(Family.REDUCTION, elements, bytes));
            case Kind.Map _, Kind.Add _, Kind.Copy _ -> List.of(new Work(Family.MAP, elements, bytes));
            case Kind.Exchange _ -> List.of();
        };
    }

    /** What the gradient of one input takes; of two kernels, the first makes a tensor as large as the result. */
    public static List<Work> back(EagerOp op, Tensor input, Sizes sizes) {
        long size = sizes.bytes(op.result());
        long elements = sizes.elements(op.result());
        boolean isWhole = input.elements() == op.result().elements();
        return switch (op.kind()) {
            case Kind.Product(long flops) -> List.of(new Work(Family.PRODUCT, sizes.flops(op, flops),
                    size + op.inputs().stream().distinct().mapToLong(sizes::bytes).sum()));
            case Kind.Map _ -> {
                long others = op.kept().stream().filter(tensor -> tensor != input || op.kept().size() == 1).mapToLong(sizes::bytes).max().orElse(0);
                yield isWhole ? List.of(new Work(Family.MAP, sizes.elements(input), 2 * size + others))
                        : List.of(new Work(Family.MAP, elements, 2 * size + others), new Work(Family.REDUCTION, elements, size + sizes.bytes(input)));
            }
            case Kind.Add _ -> isWhole ? List.of() : List.of(new Work(Family.REDUCTION, elements, size + sizes.bytes(input)));
            case Kind.Softmax _ -> List.of(new Work(Family.MAP, elements, 3 * size), new Work(Family.REDUCTION, 4 * elements, 3 * size));
            case Kind.Norm _ -> normBack(op, input, isWhole, sizes);
            case Kind.Copy _ -> List.of(new Work(Family.MAP, 0, 2 * sizes.bytes(input)));
            case Kind.Sum _, Kind.Exchange _ -> List.of();
        };
    }

    /** One kernel for the gradient of the rows, one for those of all weights, which is counted with the first. */
    private static List<Work> normBack(EagerOp op, Tensor input, boolean isRows, Sizes sizes) {
        long size = sizes.bytes(op.result());
        long elements = sizes.elements(op.result());
        if (isRows) {
            return List.of(new Work(Family.REDUCTION, 8 * elements, 3 * size));
        }
        var first = op.inputs().stream().filter(tensor -> tensor.needsGradient() && tensor.elements() != op.result().elements()).findFirst();
        return first.filter(tensor -> tensor == input).isPresent() ? List.of(new Work(Family.REDUCTION, 4 * elements, 2 * size)) : List.of();
    }

    /** What adds a gradient to another one. */
    public static Work sum(Tensor tensor, Sizes sizes) {
        return new Work(Family.MAP, sizes.elements(tensor), 3 * sizes.bytes(tensor));
    }
}
