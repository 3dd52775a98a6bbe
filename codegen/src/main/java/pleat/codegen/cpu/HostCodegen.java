package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.CountedLoop;
import pleat.codegen.llvm.ModuleText;
import pleat.ir.kernel.Kernel;

/**
 * Lowers tile programs to vector code for this host: {@link TilePlan} decides what is computed where, {@link ScratchAssignment} where it lies,
 * and this class writes the steps down.
 */
public final class HostCodegen {
    private final KernelText k;
    private final ImmutableList<TilePlan.Leveled> steps;
    private final FastPaths paths;

    private HostCodegen(KernelText k, ImmutableList<TilePlan.Leveled> steps, FastPaths paths) {
        this.k = k;
        this.steps = steps;
        this.paths = paths;
    }

    /** Adds the function of a kernel to a module; the kernel's name must be unique in it. */
    public static HostKernel lower(Kernel kernel, HostTarget target, ModuleText module) {
        return lower(kernel, target, module, FastPaths.ALL);
    }

    static HostKernel lower(Kernel kernel, HostTarget target, ModuleText module, FastPaths paths) {
        var space = new BlockSpace(kernel.axes());
        var planned = TilePlan.of(kernel, space, target, paths);
        var steps = paths.rows() ? new RowFusion(kernel, space, target.lanes()).fuse(planned) : planned;
        var scratch = ScratchAssignment.of(steps);
        String symbol = "pleat_kernel_" + kernel.name();
        String quoted = "@\"%s\"".formatted(symbol);
        module.define(quoted, () -> new HostCodegen(new KernelText(kernel, target, module, scratch, quoted), steps, paths).function());
        long grain = steps.stream().mapToInt(TilePlan.Leveled::level).filter(level -> level > 0).min().stream()
                .mapToLong(level -> programsInside(space, level)).findFirst().orElse(1);
        return new HostKernel(symbol, scratch.bytes(), grain);
    }

    /** Number of neighbouring programs that differ only in grid axes from {@code level} on. */
    private static long programsInside(BlockSpace space, int level) {
        long programs = 1;
        for (int axis : space.grid()) {
            programs *= axis >= level ? space.axes().get(axis).blocks() : 1;
        }
        return programs;
    }

    private String function() {
        var turn = k.loop(k.f.let("sub i64 %%end, %%begin"));
        String program = k.f.let("add i64 %%begin, %s", turn.index());
        for (int axis : k.space.grid()) {
            String block = k.remainder(k.dividedBy(program, programsInside(k.space, axis + 1)), k.space.axes().get(axis).blocks());
            k.enter(axis, block);
        }
        for (int s = 0; s < steps.size();) {
            int level = steps.get(s).level();
            int end = s;
            while (end < steps.size() && steps.get(end).level() == level) {
                end++;
            }
            group(steps.subList(s, end).stream().map(TilePlan.Leveled::step).toList(), level, program, turn);
            s = end;
        }
        turn.close();
        k.f.line("fence seq_cst"); // streamed stores become visible
        k.f.line("ret void");
        return k.f.close();
    }

    /** Steps that are repeated only when a block of the first {@code level} axes changes. */
    private void group(List<Step> group, int level, String program, CountedLoop turn) {
        long programs = programsInside(k.space, level);
        if (programs == 1) {
            group.forEach(step -> step(step, Set.of(), Point.origin(k.space.rank())));
            return;
        }
        String isFirst = k.f.let("icmp eq i64 %s, 0", turn.index());
        String isChanged = k.f.let("icmp eq i64 %s, 0", k.remainder(program, programs));
        String label = k.label();
        k.f.line("br i1 %s, label %%%sdo, label %%%sdone", k.f.let("or i1 %s, %s", isFirst, isChanged), label, label);
        k.f.label(label + "do");
        group.forEach(step -> step(step, Set.of(), Point.origin(k.space.rank())));
        k.f.line("br label %%%sdone", label);
        k.f.label(label + "done");
    }

    /** @param walked axes of which only the position in {@code origin} is meant */
    private void step(Step step, Set<Integer> walked, Point origin) {
        int lanes = paths.vectors() ? k.target.lanes() : 1;
        switch (step) {
            case Step.Fill(var axes, var value, var home) -> new MapText(k, lanes).write(without(axes, walked), value,
                    new TargetText.Target.Tile(home), origin);
            case Step.Write(var axes, var value, int buffer, var access) -> new MapText(k, lanes).write(without(axes, walked), value,
                    new TargetText.Target.InBuffer(buffer, access), origin);
            case Step.Reduce(var reduction, var domain, var value, var init, var home) -> new ReduceText(k, lanes,
                    new Step.Reduce(reduction, domain.within(without(domain.axes(), walked)), value, init, home), origin).write();
            case Step.FillReduce(Step.Fill fill, Step.Reduce reduce) -> fillReduce(fill, reduce, walked, origin);
            case Step.Rows(var axes, var body) -> new NestText(k).each(axes.stream().map(ImmutableList::of).toList(), origin,
                    point -> body.forEach(inner -> step(inner, Set.copyOf(axes), point)));
            case Step.Pack(var packing) -> new PackText(k, packing).write(paths.vectors());
            case Step.Border border -> WindowText.write(k, lanes, border);
            case Step.Scatter(var op, var home) -> new ScatterText(k, lanes, op, home).write();
            case Step.Multiply(var product) -> new ProductText(k, product).write();
            case Step.Loop(int axis, var body) -> {
                var loop = k.loop(Long.toString(k.space.axes().get(axis).blocks()));
                k.enter(axis, loop.index());
                body.forEach(inner -> step(inner, walked, origin));
                loop.close();
            }
        }
    }

    // Together only where one run of vectors does for both.
    private void fillReduce(Step.Fill fill, Step.Reduce reduce, Set<Integer> walked, Point origin) {
        var axes = without(reduce.domain().axes(), walked);
        var domain = reduce.domain().within(axes);
        var inner = new Step.Reduce(reduce.reduction(), domain, reduce.value(), reduce.init(), reduce.target());
        boolean isTogether = paths.vectors() && new ReduceText(k, k.target.lanes(), inner, origin).writeWith(fill);
        if (!isTogether) {
            step(fill, walked, origin);
            step(reduce, walked, origin);
        }
    }

    private static ImmutableList<Integer> without(ImmutableList<Integer> axes, Set<Integer> walked) {
        return axes.stream().filter(axis -> !walked.contains(axis)).collect(ImmutableList.toImmutableList());
    }
}
