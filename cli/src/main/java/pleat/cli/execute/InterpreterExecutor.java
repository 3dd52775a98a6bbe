package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.StoreAs;
import pleat.runtime.io.TensorData;

/** Runs a module in the interpreter, in 64 bits throughout. */
public final class InterpreterExecutor implements Executor {
    private final Interpreter.Options options;

    public InterpreterExecutor(Interpreter.Options options) {
        this.options = options;
    }

    /** What an equation gives is rounded as it is stored: shows what the rounding alone does. */
    public static Executor stored(DType storage) {
        var rounding = new InterpreterExecutor(Interpreter.Options.ROUNDED);
        return (module, arguments) -> rounding.run(StoreAs.of(storage).apply(module), arguments);
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        var results = new LinkedHashMap<String, TensorData>();
        Interpreter.run(module, parameter -> array(arguments.get(Arguments.key(parameter))), options)
                .forEach((name, array) -> results.put(name, TensorData.ofDoubles(array.toArray(), array.shape())));
        return results;
    }

    private static NdArray array(TensorData tensor) {
        return NdArray.of(tensor.toDoubles(), tensor.shape().toArray());
    }
}
