package pleat.passes.estimate;

import java.util.List;

/** A tensor that an eager framework allocates. Identity is the object. */
final class Tensor {
    private final String name;
    private final long elements;
    private final int elementBytes;
    private final boolean needsGradient;

    Tensor(String name, long elements, int elementBytes, boolean needsGradient) {
        this.name = name;
        this.elements = elements;
        this.elementBytes = elementBytes;
        this.needsGradient = needsGradient;
    }

    /** The result of an op on tensors: it needs a gradient if one of them does. */
    static Tensor from(String name, long elements, int elementBytes, List<Tensor> operands) {
        return new Tensor(name, elements, elementBytes, operands.stream().anyMatch(Tensor::needsGradient));
    }

    String name() {
        return name;
    }

    long elements() {
        return elements;
    }

    boolean needsGradient() {
        return needsGradient;
    }

    int elementBytes() {
        return elementBytes;
    }

    long bytes() {
        return elements * elementBytes;
    }
}
