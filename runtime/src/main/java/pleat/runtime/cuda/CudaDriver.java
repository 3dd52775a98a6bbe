package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.TensorMap;

/** One GPU: its primary context, and one stream that everything goes to. */
public final class CudaDriver implements Driver {
    private static final int NON_BLOCKING = 1;
    private static final int THREAD_LOCAL_CAPTURE = 1;
    /** Shared memory beyond this has to be asked for, kernel by kernel. */
    private static final int USUAL_SHARED_BYTES = 48 << 10;
    private static final int MOST_DYNAMIC_SHARED_BYTES = 8;

    private final CudaLibrary library;
    private final CudaDevice device;
    private final Arena memory = Arena.ofShared();
    private final MemorySegment out = memory.allocate(JAVA_LONG);
    private final LaunchBuffer parameters = new LaunchBuffer(memory);
    private final int handle;
    private final MemorySegment context;
    private final MemorySegment stream;
    private final List<MemorySegment> modules = new ArrayList<>();
    private Thread latest = Thread.currentThread();

    CudaDriver(CudaLibrary library, CudaDevice device) {
        this.library = library;
        this.device = device;
        library.call(CudaFunction.DEVICE_GET, out, device.number());
        handle = out.get(JAVA_INT, 0);
        library.call(CudaFunction.PRIMARY_CTX_RETAIN, out, handle);
        context = out.get(ADDRESS, 0);
        library.call(CudaFunction.CTX_SET_CURRENT, context);
        library.call(CudaFunction.STREAM_CREATE, out, NON_BLOCKING);
        stream = out.get(ADDRESS, 0);
    }

    /**
     * The GPU of this process; see {@link CudaDevice#chosen}.
     *
     * @param environment variables of this process
     */
    public static CudaDriver open(Map<String, String> environment) {
        var library = CudaLibrary.load();
        return new CudaDriver(library, CudaDevice.chosen(CudaDevice.all(library), environment));
    }

    /** All GPUs that this process may use. */
    public static ImmutableList<CudaDevice> devices() {
        return CudaDevice.all(CudaLibrary.load());
    }

    public CudaDevice device() {
        return device;
    }

    /** The same GPU and memory, with a stream beside this one. */
    CudaDriver beside() {
        return new CudaDriver(library, device);
    }

    /** The stream that everything goes to, for a thread that calls other libraries with it. */
    MemorySegment stream() {
        useContext();
        return stream;
    }

    /** A thread that has not been here before has no context. */
    private void call(CudaFunction function, Object... arguments) {
        useContext();
        library.call(function, arguments);
    }

    private void useContext() {
        if (latest != Thread.currentThread()) {
            latest = Thread.currentThread();
            library.call(CudaFunction.CTX_SET_CURRENT, context);
        }
    }

    private MemorySegment made(CudaFunction function, Object... rest) {
        var all = new Object[rest.length + 1];
        all[0] = out;
        System.arraycopy(rest, 0, all, 1, rest.length);
        call(function, all);
        return out.get(ADDRESS, 0);
    }

    @Override
    public Module load(String ptx) {
        useContext();
        var module = ModuleLoader.load(library, ptx, device);
        modules.add(module);
        return name -> new Function(name, made(CudaFunction.MODULE_GET_FUNCTION, module, memory.allocateFrom(name)));
    }

    private record Function(String name, MemorySegment handle) implements Kernel {}

    @Override
    public long allocate(long bytes) {
        useContext();
        if (!library.isGiven(CudaFunction.MEM_ALLOC, out, Math.max(1, bytes))) {
            var total = memory.allocate(JAVA_LONG);
            call(CudaFunction.MEM_GET_INFO, out, total);
            throw new UserException("%d bytes of GPU memory are needed, and of the %d bytes of %s %d are free".formatted(bytes, total.get(JAVA_LONG, 0),
                    device.name(), out.get(JAVA_LONG, 0)));
        }
        return out.get(JAVA_LONG, 0);
    }

    @Override
    public void free(long address) {
        call(CudaFunction.MEM_FREE, address);
    }

    @Override
    public void write(long address, MemorySegment source) {
        try (var arena = Arena.ofConfined()) {
            var there = source.isNative() ? source : arena.allocate(source.byteSize(), 16).copyFrom(source);
            call(CudaFunction.MEMCPY_HOST_TO_DEVICE, address, there, source.byteSize(), stream);
            synchronize();
        }
    }

    @Override
    public void read(MemorySegment target, long address) {
        try (var arena = Arena.ofConfined()) {
            var here = target.isNative() ? target : arena.allocate(target.byteSize(), 16);
            call(CudaFunction.MEMCPY_DEVICE_TO_HOST, here, address, target.byteSize(), stream);
            synchronize();
            if (!target.isNative()) {
                target.copyFrom(here);
            }
        }
    }

    @Override
    public void copy(long target, long source, long bytes) {
        call(CudaFunction.MEMCPY_DEVICE_TO_DEVICE, target, source, bytes, stream);
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        call(CudaFunction.MEMSET, address, value, bytes, stream);
    }

    @Override
    public byte[] encode(TensorMap map, long address) {
        useContext();
        return TensorMapCall.encode(library, map, address);
    }

    @Override
    public void launch(Launch launch) {
        var function = (Function) launch.kernel();
        if (launch.sharedBytes() > USUAL_SHARED_BYTES) {
            call(CudaFunction.FUNC_SET_ATTRIBUTE, function.handle(), MOST_DYNAMIC_SHARED_BYTES, launch.sharedBytes());
        }
        var grid = launch.grid();
        var block = launch.block();
        call(CudaFunction.LAUNCH_KERNEL, function.handle(), grid.x(), grid.y(), grid.z(), block.x(), block.y(), block.z(), launch.sharedBytes(), stream,
                MemorySegment.NULL, parameters.holding(launch.parameters()));
    }

    @Override
    public void synchronize() {
        call(CudaFunction.STREAM_SYNCHRONIZE, stream);
    }

    private final class Event implements Mark {
        private final MemorySegment handle = made(CudaFunction.EVENT_CREATE, 0);

        @Override
        public void close() {
            call(CudaFunction.EVENT_DESTROY, handle);
        }
    }

    @Override
    public Mark mark() {
        var event = new Event();
        call(CudaFunction.EVENT_RECORD, event.handle, stream);
        return event;
    }

    @Override
    public void waitFor(Mark mark) {
        call(CudaFunction.STREAM_WAIT_EVENT, stream, ((Event) mark).handle, 0);
    }

    @Override
    public long nanosBetween(Mark from, Mark to) {
        call(CudaFunction.EVENT_SYNCHRONIZE, ((Event) to).handle);
        call(CudaFunction.EVENT_ELAPSED_TIME, out, ((Event) from).handle, ((Event) to).handle);
        return Math.round(out.get(JAVA_FLOAT, 0) * 1e6);
    }

    @Override
    public Graph capture(Runnable work) {
        call(CudaFunction.STREAM_BEGIN_CAPTURE, stream, THREAD_LOCAL_CAPTURE);
        try {
            work.run();
        } catch (RuntimeException failure) {
            // The stream has to leave the capture, whatever became of it.
            library.error(CudaFunction.STREAM_END_CAPTURE, stream, out);
            throw failure;
        }
        call(CudaFunction.STREAM_END_CAPTURE, stream, out);
        var graph = out.get(ADDRESS, 0);
        var executable = made(CudaFunction.GRAPH_INSTANTIATE, graph, 0L);
        call(CudaFunction.GRAPH_DESTROY, graph);
        return new Step(executable);
    }

    private final class Step implements Graph {
        private final MemorySegment executable;

        Step(MemorySegment executable) {
            this.executable = executable;
        }

        @Override
        public void launch() {
            call(CudaFunction.GRAPH_LAUNCH, executable, stream);
        }

        @Override
        public void close() {
            call(CudaFunction.GRAPH_EXEC_DESTROY, executable);
        }
    }

    @Override
    public void close() {
        modules.forEach(module -> call(CudaFunction.MODULE_UNLOAD, module));
        call(CudaFunction.STREAM_DESTROY, stream);
        call(CudaFunction.PRIMARY_CTX_RELEASE, handle);
        memory.close();
    }
}
