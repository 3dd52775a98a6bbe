package pleat.cli.execute;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import pleat.cli.compile.Bytes;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.cuda.CudaDriver;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.cuda.ProductChoices;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.process.Processes;

/**
 * A GPU that is open, real or emulated.
 *
 * @param target whose code it takes
 * @param name as a user knows it
 * @param products who computes plain products; empty: Pleat's kernels
 */
public record Gpu(Driver driver, GpuTarget target, String name, Optional<ProductChoices> products) implements AutoCloseable {
    /** Warp instructions of one launch on the emulator: an hour. */
    static final long LIMIT = 10_000_000_000L;

    /**
     * @param threads that run blocks of the emulator side by side
     * @param environment variables of this process, where a launcher says which GPU it has
     */
    public static Gpu open(Hardware hardware, int threads, Map<String, String> environment) {
        return switch (hardware.on()) {
            case EMULATOR -> new Gpu(new EmulatedDevice(LIMIT, threads), hardware.target().orElse(GpuTarget.SM_80), "an emulated GPU", Optional.empty());
            case CUDA -> of(CudaDriver.open(environment), hardware);
            case CPU -> throw new IllegalArgumentException("a processor is no GPU");
        };
    }

    private static Gpu of(CudaDriver driver, Hardware hardware) {
        var wanted = hardware.target();
        var device = driver.device();
        var target = wanted.map(given -> given.on(device.capability(), device.sharedBytes()))
                .orElseGet(() -> GpuTarget.runBy(device.capability(), device.sharedBytes()));
        if (target.isEmpty()) {
            driver.close();
            throw new DeviceException("%s is %s, and Pleat's code is for %s\n  = help: a GPU of the Ampere generation or later runs it".formatted(device.name(),
                    device.target(), wanted.map(GpuTarget::name).orElseGet(GpuTarget::names)));
        }
        try {
            return new Gpu(driver, target.get(), device.name(), products(driver, hardware.blas()));
        } catch (RuntimeException failure) {
            driver.close();
            throw failure;
        }
    }

    private static Optional<ProductChoices> products(CudaDriver driver, Blas blas) {
        return switch (blas) {
            case OFF -> Optional.empty();
            case AUTO -> Optional.of(ProductChoices.open(driver, true));
            case ON -> Optional.of(ProductChoices.open(driver, false));
        };
    }

    /** What was decided of plain products, a line each; nothing if nobody asked for another's. */
    public ImmutableList<String> choices() {
        var lines = ImmutableList.<String>builder();
        products.ifPresent(chosen -> {
            lines.add("note: cuBLASLt has %s of workspace beside the arena".formatted(Bytes.text(chosen.workspaceBytes())));
            chosen.all().forEach(choice -> lines.add("note: product " + choice.text()));
        });
        return lines.build();
    }

    /** One device on this GPU, whose fellows are in other processes with a GPU each. */
    public GpuGroup among(Processes processes, GpuGroup.Program program) {
        if (driver instanceof CudaDriver cuda) {
            if (products.filter(ProductChoices::measures).isPresent()) {
                throw new UserException("--blas auto may decide differently in each process, and devices that compute the same would differ\n"
                        + "  = help: --blas on, or --blas off");
            }
            return GpuGroup.among(processes, program, cuda, products);
        }
        throw new IllegalStateException(name + " is in one process");
    }

    @Override
    public void close() {
        products.ifPresent(ProductChoices::close);
        driver.close();
    }
}
