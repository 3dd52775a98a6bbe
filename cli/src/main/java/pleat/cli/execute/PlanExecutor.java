package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;

/** Plans a module as for native code and interprets the plan: tells a wrong plan from wrong code. */
public final class PlanExecutor implements Executor {
    private final NativeOptions options;

    public PlanExecutor(NativeOptions options) {
        this.options = options;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        var results = new LinkedHashMap<String, TensorData>();
        var plan = NativeCompiler.plan(module, options, HostTarget.detect());
        PlanInterpreter.run(plan, buffer -> {
            var tensor = arguments.get(Arguments.key(buffer));
            return NdArray.of(tensor.toDoubles(), tensor.shape().toArray());
        }).forEach((name, array) -> results.put(name, TensorData.ofDoubles(array.toArray(), array.shape())));
        return results;
    }
}
