package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.cli.compile.EarlierCode;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.saved.SavedPlan;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.plan.GpuCode;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.runtime.cuda.GpuGroup;

/** Compiles the programs of devices for a GPU; kernels that several of them have in the same words are compiled once. */
final class GpuPrograms {
    private final GpuCompiler compiler;
    private final SavedPlan saved;
    private final Map<String, GpuCode> codes = new LinkedHashMap<>();

    GpuPrograms(NativeOptions options, GpuTarget target, SavedPlan saved, DeviceCompiler.Caching caching) {
        compiler = new GpuCompiler(options, target, caching.phases(), EarlierCode.in(caching.cache(), caching.note()));
        this.saved = saved;
    }

    ImmutableList<GpuGroup.Program> compile(List<TensorModule> modules) {
        return modules.stream().map(this::compile).collect(ImmutableList.toImmutableList());
    }

    private GpuGroup.Program compile(TensorModule module) {
        var plan = compiler.schedule(compiler.tiled(module, saved.work().gradients().chosen().ends()), saved.code().overlap());
        var code = codes.computeIfAbsent(plan.kernels().values().stream().map(KernelPrinter::print).collect(Collectors.joining()),
                _ -> compiler.code(compiler.lower(plan)));
        return new GpuGroup.Program(compiler.place(plan, code.scratchBytes()), code);
    }
}
