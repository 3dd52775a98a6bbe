package pleat.cli.tune;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.GpuKernel;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.Parameters;

/** A kernel on a device, apart from its plan, with buffers of its own that nobody has written to. */
final class LaunchedAlone implements AutoCloseable {
    private final Driver driver;
    private final GpuKernel how;
    /** Address, bytes. */
    private final Map<Long, Long> buffers = new LinkedHashMap<>();
    private final Driver.Launch launch;

    LaunchedAlone(Driver driver, Kernel kernel, GpuTarget target, PtxCompiler ptx) {
        this.driver = driver;
        var code = GpuModule.of(List.of(kernel), target).code(ptx, 1, List.of());
        how = code.kernels().get(kernel.name());
        var parameters = new Parameters();
        kernel.parameters().forEach(parameter -> parameters.i64(buffer(parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes())));
        parameters.i64(buffer(how.memory().scratchBytes()));
        launch = new Driver.Launch(driver.load(code.texts().getFirst()).kernel(how.entry()), Driver.Extent.of(how.grid()), Driver.Extent.of(how.block()),
                how.memory().sharedBytes(), parameters.toBytes());
    }

    private long buffer(long bytes) {
        long size = Math.max(1, bytes);
        long address = driver.allocate(size);
        buffers.put(address, size);
        return address;
    }

    /** Makes all numbers zero: what memory holds may be none at all. */
    void clear() {
        buffers.forEach((address, bytes) -> driver.fill(address, (byte) 0, bytes));
    }

    GpuKernel how() {
        return how;
    }

    Driver.Launch launch() {
        return launch;
    }

    @Override
    public void close() {
        driver.synchronize();
        buffers.keySet().forEach(driver::free);
    }
}
