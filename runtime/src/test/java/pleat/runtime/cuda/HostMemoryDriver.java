package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.function.LongSupplier;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.plan.Plan;
import pleat.ir.plan.TensorMap;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** A device whose memory is that of this process, and whose kernels are a plan's, interpreted. A capture refuses what a GPU's does. */
@SuppressWarnings("restricted") // addresses are memory
final class HostMemoryDriver implements Driver {
    private final Arena memory = Arena.ofShared();
    private final Plan plan;
    private final LongSupplier clock;
    private boolean isCapturing;
    int launches;

    /** @param clock the time that marks are given, in nanoseconds */
    HostMemoryDriver(Plan plan, LongSupplier clock) {
        this.plan = plan;
        this.clock = clock;
    }

    private record Named(String name) implements Kernel {}

    @Override
    public Module load(String ptx) {
        return Named::new;
    }

    private void refuseInCapture() {
        if (isCapturing) {
            throw new IllegalStateException("not while a graph is captured");
        }
    }

    @Override
    public long allocate(long bytes) {
        refuseInCapture();
        return memory.allocate(bytes, 256).address();
    }

    @Override
    public void free(long address) {
        refuseInCapture();
    }

    private static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public void write(long address, MemorySegment source) {
        refuseInCapture();
        at(address, source.byteSize()).copyFrom(source);
    }

    @Override
    public void read(MemorySegment target, long address) {
        refuseInCapture();
        target.copyFrom(at(address, target.byteSize()));
    }

    @Override
    public void copy(long target, long source, long bytes) {
        at(target, bytes).copyFrom(at(source, bytes));
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        at(address, bytes).fill(value);
    }

    @Override
    public byte[] encode(TensorMap map, long address) {
        throw new UnsupportedOperationException("there are no kernels here");
    }

    @Override
    public void launch(Launch launch) {
        launches++;
        var kernel = plan.kernels().get(launch.kernel().name());
        var addresses = MemorySegment.ofBuffer(ByteBuffer.wrap(launch.parameters()).order(ByteOrder.nativeOrder()));
        var arguments = new ArrayList<double[]>();
        for (int p = 0; p < kernel.parameters().size(); p++) {
            arguments.add(tensor(kernel.parameters().get(p), addresses.get(JAVA_LONG_UNALIGNED, 8L * p)).toDoubles());
        }
        KernelInterpreter.run(kernel, arguments);
        for (int p = 0; p < kernel.parameters().size(); p++) {
            if (kernel.parameters().get(p).mode() == Mode.OUT) {
                store(kernel.parameters().get(p), arguments.get(p), addresses.get(JAVA_LONG_UNALIGNED, 8L * p));
            }
        }
    }

    private static MemorySegment stored(pleat.ir.kernel.Kernel.Parameter parameter, long address) {
        return at(address, parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes());
    }

    private static TensorData tensor(pleat.ir.kernel.Kernel.Parameter parameter, long address) {
        var rowMajor = Arena.ofAuto().allocate(parameter.type().bytes(), 64);
        LayoutCodec.unpack(parameter.type(), parameter.layout(), stored(parameter, address), rowMajor);
        return new TensorData(TensorHeader.of(parameter.type().dtype(), parameter.type().shape()), rowMajor);
    }

    private static void store(pleat.ir.kernel.Kernel.Parameter parameter, double[] values, long address) {
        var rowMajor = Arena.ofAuto().allocate(parameter.type().bytes(), 64);
        TensorData.ofDoubles(values, parameter.type().shape()).copyTo(rowMajor, parameter.type().dtype());
        LayoutCodec.pack(parameter.type(), parameter.layout(), rowMajor, stored(parameter, address));
    }

    @Override
    public void synchronize() {
        refuseInCapture();
    }

    private record At(long nanos) implements Mark {
        @Override
        public void close() {
            // A number needs nothing.
        }
    }

    @Override
    public Mark mark() {
        refuseInCapture();
        return new At(clock.getAsLong());
    }

    @Override
    public void waitFor(Mark mark) {
        // Everything was done when it was asked for.
    }

    @Override
    public long nanosBetween(Mark from, Mark to) {
        return ((At) to).nanos() - ((At) from).nanos();
    }

    @Override
    public Graph capture(Runnable work) {
        isCapturing = true;
        work.run();
        isCapturing = false;
        return new Graph() {
            @Override
            public void launch() {
                isCapturing = true;
                work.run();
                isCapturing = false;
            }

            @Override
            public void close() {
                // Nothing was kept.
            }
        };
    }

    @Override
    public void close() {
        memory.close();
    }
}
