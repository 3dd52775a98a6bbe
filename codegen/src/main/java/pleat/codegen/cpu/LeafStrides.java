package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.kernel.Kernel;

/** The distance in elements between neighbours along each axis of a kernel, where a leaf has such distances. */
final class LeafStrides {
    private LeafStrides() {}

    /** Empty for what has to be looked up element by element: guarded reads, split layouts, rows chosen by data. */
    static Optional<ImmutableList<Long>> of(Leaf leaf, Kernel kernel, BlockSpace space) {
        return switch (leaf) {
            case Leaf.Scratch(Home home) -> Optional.of(home.strides());
            case Leaf.InBuffer(int buffer, var access) -> BufferView.of(kernel.parameters().get(buffer), access, space)
                    .filter(BufferView::isStrided).map(BufferView::strides);
            case Leaf.InRow _ -> Optional.empty();
        };
    }
}
