package pleat.passes.estimate;

import java.util.List;

/** A tensor that an eager framework allocates. Identity is the object. */
public final class Tensor {
    private final String name;
    private final Extent extent;
    private final long elements;
    private final int elementBytes;
    private final boolean needsGradient;

    Tensor(String name, Extent extent, int elementBytes, boolean needsGradient) {
        this.name = name;
        this.extent = extent;
        this.elements = extent.elements();
        this.elementBytes = elementBytes;
        this.needsGradient = needsGradient;
    }

    /** The result of an op on tensors: it needs a gradient if one of them does. */
    static Tensor from(String name, Extent extent, int elementBytes, List<Tensor> operands) {
        return new Tensor(name, extent, elementBytes, operands.stream().anyMatch(Tensor::needsGradient));
    }

    public String name() {
        return name;
    }

    public Extent extent() {
        return extent;
    }

    public long elements() {
        return elements;
    }

    public boolean needsGradient() {
        return needsGradient;
    }

    public int elementBytes() {
        return elementBytes;
    }

    long bytes() {
        return elements * elementBytes;
    }
}
