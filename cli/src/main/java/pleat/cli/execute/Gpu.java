package pleat.cli.execute;

import java.util.Map;
import java.util.Optional;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.DeviceException;
import pleat.runtime.cuda.CudaDriver;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.process.Processes;

/**
 * A GPU that is open, real or emulated.
 *
 * @param target whose code it takes
 * @param name as a user knows it
 */
public record Gpu(Driver driver, GpuTarget target, String name) implements AutoCloseable {
    /** Warp instructions of one launch on the emulator: an hour. */
    static final long LIMIT = 10_000_000_000L;

    /**
     * @param threads that run blocks of the emulator side by side
     * @param environment variables of this process, where a launcher says which GPU it has
     */
    public static Gpu open(Hardware hardware, int threads, Map<String, String> environment) {
        return switch (hardware.on()) {
            case EMULATOR -> new Gpu(new EmulatedDevice(LIMIT, threads), hardware.target().orElse(GpuTarget.SM_80), "an emulated GPU");
            case CUDA -> of(CudaDriver.open(environment), hardware.target());
            case CPU -> throw new IllegalArgumentException("a processor is no GPU");
        };
    }

    /** @param wanted the target whose code it is to run; empty: the newest that it takes */
    public static Gpu of(CudaDriver driver, Optional<GpuTarget> wanted) {
        var device = driver.device();
        var target = wanted.map(given -> given.on(device.capability(), device.sharedBytes()))
                .orElseGet(() -> GpuTarget.runBy(device.capability(), device.sharedBytes()));
        if (target.isEmpty()) {
            driver.close();
            throw new DeviceException("%s is %s, and Pleat's code is for %s\n  = help: a GPU of the Ampere generation or later runs it".formatted(device.name(),
                    device.target(), wanted.map(GpuTarget::name).orElseGet(GpuTarget::names)));
        }
        return new Gpu(driver, target.get(), device.name());
    }

    /** One device on this GPU, whose fellows are in other processes with a GPU each. */
    public GpuGroup among(Processes processes, GpuGroup.Program program) {
        if (driver instanceof CudaDriver cuda) {
            return GpuGroup.among(processes, program, cuda);
        }
        throw new IllegalStateException(name + " is in one process");
    }

    @Override
    public void close() {
        driver.close();
    }
}
