package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

/**
 * Plans a module as for native code and interprets the plan in f64: tells a wrong plan from wrong code. Where tensors have 16 bits in memory, what is stored is
 * rounded: shows what the rounding alone does.
 */
public final class PlanExecutor implements Executor {
    private final NativeOptions options;

    public PlanExecutor(NativeOptions options) {
        this.options = options;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        var results = new LinkedHashMap<String, TensorData>();
        var plan = NativeCompiler.plan(module, options, HostTarget.detect());
        PlanInterpreter.follow(plan, buffer -> {
            var tensor = arguments.get(Arguments.key(buffer));
            return NdArray.of(stored(tensor.toDoubles(), buffer), tensor.shape().toArray());
        }, (launch, argument, values) -> stored(values, plan.buffers().get(launch.arguments().get(argument).buffer())))
                .forEach((name, array) -> results.put(name, TensorData.ofDoubles(array.toArray(), array.shape())));
        return results;
    }

    private double[] stored(double[] values, Plan.Buffer buffer) {
        return options.storage() == DType.F32 ? values : Rounding.toDType(values, buffer.type().dtype());
    }
}
