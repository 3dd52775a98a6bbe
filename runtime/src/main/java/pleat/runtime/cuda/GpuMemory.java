package pleat.runtime.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import pleat.ir.plan.Plan;
import pleat.runtime.host.HostMemory;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** The arena of a plan on a device: one allocation, made once. */
final class GpuMemory implements AutoCloseable {
    private final Plan plan;
    private final Driver driver;
    private final long arena;

    GpuMemory(Plan plan, Driver driver) {
        this.plan = plan;
        this.driver = driver;
        this.arena = driver.allocate(plan.arena().bytes());
    }

    /** @param offset bytes from the start of the arena */
    long address(long offset) {
        return arena + offset;
    }

    /** Brings row-major elements to a buffer, in the layout that it has. */
    void fill(Plan.Buffer buffer, BiConsumer<Plan.Buffer, MemorySegment> writer) {
        try (var temporary = Arena.ofShared()) {
            var rowMajor = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", temporary);
            writer.accept(buffer, rowMajor);
            var stored = rowMajor;
            if (!buffer.layout().isRowMajor()) {
                stored = HostMemory.allocate(buffer.place().bytes(), "`" + buffer.place().external() + "`", temporary);
                LayoutCodec.pack(buffer.type(), buffer.layout(), rowMajor, stored);
            }
            driver.write(address(buffer.place().offset()), stored);
            driver.synchronize();
        }
    }

    /** A copy of a buffer in row-major order. */
    TensorData tensor(Plan.Buffer buffer) {
        var rowMajor = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", Arena.ofAuto());
        try (var temporary = Arena.ofShared()) {
            var stored = HostMemory.allocate(buffer.place().bytes(), "`" + buffer.place().external() + "`", temporary);
            driver.read(stored, address(buffer.place().offset()));
            LayoutCodec.unpack(buffer.type(), buffer.layout(), stored, rowMajor);
        }
        return new TensorData(TensorHeader.of(buffer.type().dtype(), buffer.type().shape()), rowMajor);
    }

    /** A copy of some bytes of the arena. */
    MemorySegment bytes(long offset, long bytes) {
        var copy = Arena.ofAuto().allocate(Math.max(1, Math.min(bytes, plan.arena().bytes() - offset)), 64);
        driver.read(copy, address(offset));
        return copy;
    }

    @Override
    public void close() {
        driver.free(arena);
    }
}
