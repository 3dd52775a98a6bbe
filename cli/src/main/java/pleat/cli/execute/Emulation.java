package pleat.cli.execute;

import java.util.List;
import java.util.Map;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.cuda.GpuRunner;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.io.TensorData;

/** A compiled module on the emulator. */
public final class Emulation implements AutoCloseable {
    private final EmulatedDevice device;
    private final GpuGroup group;

    /** @param threads that run blocks side by side */
    public Emulation(Compiled compiled, int threads) {
        device = new EmulatedDevice(Gpu.LIMIT, threads);
        group = new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), device);
    }

    public EmulatedDevice device() {
        return device;
    }

    public GpuRunner runner() {
        return group.runners().getFirst();
    }

    /**
     * Runs the plan once.
     *
     * @param arguments by {@link Arguments#key}
     * @return outputs by external name
     */
    public Map<String, TensorData> run(Map<String, TensorData> arguments) {
        for (var buffer : runner().wanted()) {
            var tensor = arguments.get(Arguments.key(buffer));
            runner().fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
        }
        group.run();
        return runner().outputs();
    }

    @Override
    public void close() {
        group.close();
        device.close();
    }
}
