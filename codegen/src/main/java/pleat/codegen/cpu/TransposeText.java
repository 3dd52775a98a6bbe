package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import pleat.codegen.llvm.Storage;
import pleat.codegen.llvm.TransposeKernel;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/**
 * Writes a copy whose source and target have their elements side by side along different axes, by squares of registers.
 *
 * @param across the axes along which the source's elements lie side by side
 * @param down the axes along which the target's do
 * @param outer walked by loops
 */
record TransposeText(List<ImmutableList<Integer>> outer, ImmutableList<Integer> across, ImmutableList<Integer> down, Ends ends) {
    /** Source and target, as distances along each axis. */
    record Ends(Leaf source, Leaf target, ImmutableList<Long> sourceStrides, ImmutableList<Long> targetStrides) {}

    /** Empty if the copy is of another kind. */
    static Optional<TransposeText> of(Collection<Integer> axes, Leaf source, Leaf target, Kernel kernel, BlockSpace space) {
        var from = LeafStrides.inPlace(source, kernel, space);
        var to = LeafStrides.inPlace(target, kernel, space);
        DType sourceType = LeafText.dtype(source, kernel);
        boolean isNative = Storage.of(sourceType).isPresent() && LeafText.dtype(target, kernel) == DType.F32;
        if (from.isEmpty() || to.isEmpty() || !isNative) {
            return Optional.empty();
        }
        var order = new ArrayList<>(axes.stream().filter(axis -> !space.isSingle(axis)).toList());
        order.sort((a, b) -> Long.compare(to.get().get(b), to.get().get(a)));
        var runs = NestShape.merged(order, new NestShape.Operands(List.of(from.get(), to.get()), java.util.Set.of(), false), space);
        var across = runs.stream().filter(run -> from.get().get(run.getLast()) == 1 && to.get().get(run.getLast()) != 1).findFirst();
        var down = runs.stream().filter(run -> to.get().get(run.getLast()) == 1 && from.get().get(run.getLast()) > 1).findFirst();
        if (across.isEmpty() || down.isEmpty() || to.get().get(across.get().getLast()) == 0) {
            return Optional.empty();
        }
        var outer = runs.stream().filter(run -> run != across.get() && run != down.get()).toList();
        return Optional.of(new TransposeText(outer, across.get(), down.get(), new Ends(source, target, from.get(), to.get())));
    }

    private TransposeKernel.Writing writing(KernelText k) {
        boolean isStreamed = ends.target() instanceof Leaf.InBuffer(int buffer, var access)
                && Streaming.isStreamed(new TargetText.Target.InBuffer(buffer, access), k);
        return isStreamed ? TransposeKernel.Writing.STREAMED : TransposeKernel.Writing.EXACT;
    }

    /** @param origin the point from which the axes are walked */
    void write(KernelText k, Point origin) {
        DType type = LeafText.dtype(ends.source(), k.kernel);
        String source = LeafText.origin(k, ends.source());
        String target = LeafText.origin(k, ends.target());
        String transpose = new TransposeKernel(k.target.lanes(), Storage.of(type).orElseThrow(), writing(k)).in(k.module);
        long sourceRow = ends.sourceStrides().get(down.getLast());
        long targetRow = ends.targetStrides().get(across.getLast());
        new NestText(k).each(outer, origin, point -> {
            String from = k.moved(source, k.distance(point, ends.sourceStrides()), type.bytes());
            String to = k.moved(target, k.distance(point, ends.targetStrides()), Float.BYTES);
            k.f.line("call void %s(ptr %s, i64 %d, ptr %s, i64 %d, i64 %s, i64 %s)", transpose, from, sourceRow, to, targetRow, k.points(down),
                    k.points(across));
        });
    }
}
