package pleat.cli.tune;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import pleat.codegen.gpu.PtxCompiler;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.Parameters;

/** A kernel on a device, apart from its plan, with buffers of its own that nobody has written to. */
final class LaunchedAlone implements AutoCloseable {
    private final Driver driver;
    /** Address, bytes. */
    private final Map<Long, Long> buffers = new LinkedHashMap<>();
    private final Driver.Launch launch;

    LaunchedAlone(Driver driver, LoweredWay way, PtxCompiler ptx) {
        this.driver = driver;
        var kernel = way.module().kernels().getFirst();
        var code = way.module().code(ptx, 1, List.of());
        var how = code.kernels().get(kernel.name());
        var arguments = kernel.parameters().stream()
                .mapToLong(parameter -> buffer(parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes()));
        var scratch = LongStream.of(how.memory().scratchBytes()).map(this::buffer);
        var parameters = Parameters.of(driver, how, LongStream.concat(arguments, scratch).toArray());
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

    Driver.Launch launch() {
        return launch;
    }

    @Override
    public void close() {
        driver.synchronize();
        buffers.keySet().forEach(driver::free);
    }
}
