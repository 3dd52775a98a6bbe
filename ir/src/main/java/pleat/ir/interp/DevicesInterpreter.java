package pleat.ir.interp;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import pleat.ir.mesh.Device;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.TensorModule;

/** What the modules of all devices of a mesh mean together. A collective at which devices do not meet ends the run with a message. */
public final class DevicesInterpreter {
    private DevicesInterpreter() {}

    /**
     * Runs all devices.
     *
     * @param modules one for each device of their mesh, in the order of the ranks
     * @param arguments for each device, one for each parameter
     * @return for each device what it returns
     */
    public static ImmutableList<ImmutableList<NdArray>> run(List<TensorModule> modules, List<? extends List<NdArray>> arguments,
            Interpreter.Options options) {
        var devices = devices(modules);
        var meeting = new Meeting(devices);
        var running = new ArrayList<Future<ImmutableList<NdArray>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int d = 0; d < modules.size(); d++) {
                Device device = devices.get(d);
                TensorModule module = modules.get(d);
                List<NdArray> own = arguments.get(d);
                Callable<ImmutableList<NdArray>> program = () -> Interpreter.run(module, own, options, (op, operand) -> meeting.meet(device, op, operand));
                running.add(threads.submit(() -> meeting.attend(device, program)));
            }
        }
        return running.stream().map(DevicesInterpreter::result).collect(ImmutableList.toImmutableList());
    }

    /**
     * Runs all devices on their parts of whole tensors, and puts what they return together.
     *
     * @param whole gives the whole tensor for a parameter
     * @return by external name
     */
    public static ImmutableMap<String, Blocks.Joined> run(List<TensorModule> modules, Function<Parameter, NdArray> whole,
            Interpreter.Options options) {
        var devices = devices(modules);
        var arguments = new ArrayList<List<NdArray>>();
        for (int d = 0; d < modules.size(); d++) {
            Device device = devices.get(d);
            arguments.add(modules.get(d).entryFunction().parameters().stream().map(p -> Blocks.part(whole.apply(p), p.sharding(), device)).toList());
        }
        var results = run(modules, arguments, options);
        var joined = new LinkedHashMap<String, Blocks.Joined>();
        var returns = modules.getFirst().entryFunction().returns();
        for (int r = 0; r < returns.size(); r++) {
            Return returned = returns.get(r);
            int position = r;
            joined.put(returned.external(), Blocks.join(returned.sharding().whole(returned.value().type()), returned.sharding(), devices,
                    results.stream().map(own -> own.get(position)).toList()));
        }
        return ImmutableMap.copyOf(joined);
    }

    private static List<Device> devices(List<TensorModule> modules) {
        var devices = modules.stream().map(module -> module.device().orElseThrow(() -> new IllegalArgumentException("a module is for no device"))).toList();
        checkArgument(devices.equals(devices.getFirst().mesh().all()), "the modules are for %s", devices);
        return devices;
    }

    private static ImmutableList<NdArray> result(Future<ImmutableList<NdArray>> run) {
        try {
            return run.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
