package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

/**
 * Plans a module and interprets the plan in f64: tells a wrong plan from wrong code. Where tensors have 16 bits in memory, what is stored is
 * rounded: shows what the rounding alone does.
 */
public final class PlanExecutor implements Executor {
    private final NativeOptions options;
    private final Function<TensorModule, Plan> planner;
    private final OptionalLong seed;

    private PlanExecutor(NativeOptions options, Function<TensorModule, Plan> planner, OptionalLong seed) {
        this.options = options;
        this.planner = planner;
        this.seed = seed;
    }

    /** One of many ways in which rounding could have gone: what is stored is moved by half a unit of the last digit at most before it is rounded. */
    public PlanExecutor draw(long seed) {
        return new PlanExecutor(options, planner, OptionalLong.of(seed));
    }

    /** Plans as for native code of this machine. */
    public static PlanExecutor ofHost(NativeOptions options) {
        return new PlanExecutor(options, module -> NativeCompiler.plan(module, options, HostTarget.detect()), OptionalLong.empty());
    }

    public static PlanExecutor ofGpu(NativeOptions options, GpuTarget target) {
        return new PlanExecutor(options, module -> GpuCompiler.plan(module, options, target), OptionalLong.empty());
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        var results = new LinkedHashMap<String, TensorData>();
        var plan = planner.apply(module);
        var random = seed.stream().mapToObj(SplittableRandom::new).findFirst();
        PlanInterpreter.follow(plan, buffer -> {
            var tensor = arguments.get(Arguments.key(buffer));
            return NdArray.of(stored(tensor.toDoubles(), buffer, Optional.empty()), tensor.shape().toArray());
        }, (launch, argument, values) -> stored(values, plan.buffers().get(launch.arguments().get(argument).buffer()), random))
                .forEach((name, array) -> results.put(name, TensorData.ofDoubles(array.toArray(), array.shape())));
        return results;
    }

    private double[] stored(double[] values, Plan.Buffer buffer, Optional<SplittableRandom> random) {
        var dtype = buffer.type().dtype();
        if (options.storage() == DType.F32 || !dtype.isFloating()) {
            return values;
        }
        return Rounding.toDType(random.map(draw -> Rounding.moved(values, dtype, draw)).orElse(values), dtype);
    }
}
