package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.plan.TensorMap;
import pleat.ir.type.DType;
import pleat.runtime.emulator.EmulatedDevice;

/**
 * A driver library whose functions are methods of this class, called through native code as those of NVIDIA's are. Kernels run on the emulator. A
 * function that should fail gives the error that it is told to.
 */
@SuppressWarnings({"restricted", "unused"}) // functions are found by name
final class FakeCuda {
    private static final long TOTAL = 1000;

    final EmulatedDevice device = new EmulatedDevice(1_000_000, 1);
    final List<String> calls = new ArrayList<>();
    final Map<String, Integer> failing = new LinkedHashMap<>();
    final List<Integer> sharedAsked = new ArrayList<>();
    int devices = 2;
    String log = "";

    private final Arena arena;
    private final Map<Long, Object> objects = new LinkedHashMap<>();
    private final Map<String, MemorySegment> functions = new LinkedHashMap<>();
    private Optional<List<Runnable>> captured = Optional.empty();

    FakeCuda(Arena arena) {
        this.arena = arena;
        for (CudaFunction function : CudaFunction.values()) {
            try {
                var method = MethodHandles.lookup().bind(this, function.symbol(), function.descriptor().toMethodType());
                functions.put(function.symbol(), Linker.nativeLinker().upcallStub(method, function.descriptor(), arena));
            } catch (ReflectiveOperationException missing) {
                throw new IllegalStateException(missing);
            }
        }
    }

    SymbolLookup symbols() {
        return name -> Optional.ofNullable(functions.get(name));
    }

    private int done(String function) {
        calls.add(function);
        return failing.getOrDefault(function, 0);
    }

    private int gives(String function, MemorySegment out, Object object) {
        objects.put(0x1000L + objects.size(), object);
        out.reinterpret(8).set(JAVA_LONG, 0, 0x1000L + objects.size() - 1);
        return done(function);
    }

    private int number(String function, MemorySegment out, int value) {
        out.reinterpret(4).set(JAVA_INT, 0, value);
        return done(function);
    }

    private <T> T object(Class<T> type, MemorySegment handle) {
        return type.cast(objects.get(handle.address()));
    }

    private int submit(String function, Runnable work) {
        captured.ifPresentOrElse(list -> list.add(work), work);
        return done(function);
    }

    int cuInit(int flags) {
        return done("cuInit");
    }

    int cuDriverGetVersion(MemorySegment out) {
        return number("cuDriverGetVersion", out, 13000);
    }

    int cuGetErrorName(int error, MemorySegment out) {
        out.reinterpret(8).set(ADDRESS, 0, arena.allocateFrom("CUDA_ERROR_OF_A_TEST"));
        return 0;
    }

    int cuGetErrorString(int error, MemorySegment out) {
        out.reinterpret(8).set(ADDRESS, 0, arena.allocateFrom("somebody pulled the plug"));
        return 0;
    }

    int cuDeviceGetCount(MemorySegment out) {
        return number("cuDeviceGetCount", out, devices);
    }

    int cuDeviceGet(MemorySegment out, int number) {
        return number("cuDeviceGet", out, 70 + number);
    }

    int cuDeviceGetName(MemorySegment out, int bytes, int handle) {
        out.reinterpret(bytes).setString(0, "Fake " + handle);
        return done("cuDeviceGetName");
    }

    int cuDeviceGetAttribute(MemorySegment out, int attribute, int handle) {
        return number("cuDeviceGetAttribute", out, attribute == 75 ? 9 : attribute == 97 ? 232_448 : 0);
    }

    int cuDeviceTotalMem_v2(MemorySegment out, int handle) {
        out.reinterpret(8).set(JAVA_LONG, 0, TOTAL);
        return done("cuDeviceTotalMem_v2");
    }

    int cuDevicePrimaryCtxRetain(MemorySegment out, int handle) {
        return gives("cuDevicePrimaryCtxRetain " + handle, out, "context");
    }

    int cuDevicePrimaryCtxRelease_v2(int handle) {
        return done("cuDevicePrimaryCtxRelease_v2");
    }

    int cuCtxSetCurrent(MemorySegment context) {
        return done("cuCtxSetCurrent");
    }

    int cuModuleLoadDataEx(MemorySegment out, MemorySegment text, int options, MemorySegment names, MemorySegment values) {
        int error = done("cuModuleLoadDataEx");
        if (error != 0) {
            var two = values.reinterpret(16);
            two.get(ADDRESS, 0).reinterpret(two.get(JAVA_LONG, 8)).setString(0, log);
            return error;
        }
        return gives("loaded", out, device.load(text.reinterpret(Long.MAX_VALUE).getString(0)));
    }

    int cuModuleUnload(MemorySegment module) {
        return done("cuModuleUnload");
    }

    int cuModuleGetFunction(MemorySegment out, MemorySegment module, MemorySegment name) {
        return gives("cuModuleGetFunction", out, object(Driver.Module.class, module).kernel(name.reinterpret(Long.MAX_VALUE).getString(0)));
    }

    int cuFuncSetAttribute(MemorySegment function, int attribute, int value) {
        sharedAsked.add(value);
        return done("cuFuncSetAttribute");
    }

    int cuMemGetInfo_v2(MemorySegment free, MemorySegment total) {
        free.reinterpret(8).set(JAVA_LONG, 0, 10);
        total.reinterpret(8).set(JAVA_LONG, 0, TOTAL);
        return done("cuMemGetInfo_v2");
    }

    int cuMemAlloc_v2(MemorySegment out, long bytes) {
        out.reinterpret(8).set(JAVA_LONG, 0, device.allocate(bytes));
        return done("cuMemAlloc_v2");
    }

    int cuMemFree_v2(long address) {
        device.free(address);
        return done("cuMemFree_v2");
    }

    int cuMemcpyHtoDAsync_v2(long to, MemorySegment from, long bytes, MemorySegment stream) {
        device.write(to, from.reinterpret(bytes));
        return done("cuMemcpyHtoDAsync_v2");
    }

    int cuMemcpyDtoHAsync_v2(MemorySegment to, long from, long bytes, MemorySegment stream) {
        device.read(to.reinterpret(bytes), from);
        return done("cuMemcpyDtoHAsync_v2");
    }

    int cuMemcpyDtoDAsync_v2(long to, long from, long bytes, MemorySegment stream) {
        return submit("cuMemcpyDtoDAsync_v2", () -> device.copy(to, from, bytes));
    }

    int cuMemsetD8Async(long to, byte value, long bytes, MemorySegment stream) {
        return submit("cuMemsetD8Async", () -> device.fill(to, value, bytes));
    }

    int cuStreamCreate(MemorySegment out, int flags) {
        return gives("cuStreamCreate", out, "stream");
    }

    int cuStreamDestroy_v2(MemorySegment stream) {
        return done("cuStreamDestroy_v2");
    }

    int cuStreamSynchronize(MemorySegment stream) {
        return done("cuStreamSynchronize");
    }

    int cuStreamWaitEvent(MemorySegment stream, MemorySegment event, int flags) {
        return done("cuStreamWaitEvent");
    }

    int cuStreamBeginCapture_v2(MemorySegment stream, int mode) {
        captured = Optional.of(new ArrayList<>());
        return done("cuStreamBeginCapture_v2");
    }

    int cuStreamEndCapture(MemorySegment stream, MemorySegment out) {
        var list = captured.orElseThrow();
        captured = Optional.empty();
        return gives("cuStreamEndCapture", out, list);
    }

    int cuGraphInstantiateWithFlags(MemorySegment out, MemorySegment graph, long flags) {
        return gives("cuGraphInstantiateWithFlags", out, object(List.class, graph));
    }

    int cuGraphLaunch(MemorySegment graph, MemorySegment stream) {
        ((List<?>) object(List.class, graph)).forEach(work -> ((Runnable) work).run());
        return done("cuGraphLaunch");
    }

    int cuGraphExecDestroy(MemorySegment graph) {
        return done("cuGraphExecDestroy");
    }

    int cuGraphDestroy(MemorySegment graph) {
        return done("cuGraphDestroy");
    }

    int cuEventCreate(MemorySegment out, int flags) {
        return gives("cuEventCreate", out, new long[1]);
    }

    int cuEventRecord(MemorySegment event, MemorySegment stream) {
        object(long[].class, event)[0] = calls.size();
        return done("cuEventRecord");
    }

    int cuEventSynchronize(MemorySegment event) {
        return done("cuEventSynchronize");
    }

    /** A call takes a millisecond. */
    int cuEventElapsedTime(MemorySegment out, MemorySegment from, MemorySegment to) {
        out.reinterpret(4).set(JAVA_FLOAT, 0, object(long[].class, to)[0] - object(long[].class, from)[0]);
        return done("cuEventElapsedTime");
    }

    int cuEventDestroy_v2(MemorySegment event) {
        return done("cuEventDestroy_v2");
    }

    /** Refuses what the header forbids. */
    int cuTensorMapEncodeTiled(MemorySegment out, int type, int rank, MemorySegment address, MemorySegment sizes, MemorySegment strides, MemorySegment box,
            MemorySegment steps, int interleave, int swizzle, int promotion, int outside) {
        var types = Map.of(6, DType.F16, 7, DType.F32, 9, DType.BF16);
        if (out.address() % 64 != 0 || address.address() % 16 != 0 || !types.containsKey(type) || interleave != 0 || swizzle != 3 || promotion > 3 || outside != 0) {
            return 1;
        }
        var dims = ImmutableList.<TensorMap.Dim>builder();
        for (int d = 0; d < rank; d++) {
            long stride = d == 0 ? types.get(type).bytes() : strides.reinterpret(8L * (rank - 1)).getAtIndex(JAVA_LONG, d - 1);
            dims.add(new TensorMap.Dim(sizes.reinterpret(8L * rank).getAtIndex(JAVA_LONG, d), stride, box.reinterpret(4L * rank).getAtIndex(JAVA_INT, d)));
            if (steps.reinterpret(4L * rank).getAtIndex(JAVA_INT, d) != 1) {
                return 1;
            }
        }
        var map = new TensorMap(0, 0, types.get(type), dims.build());
        MemorySegment.copy(device.encode(map, address.address()), 0, out.reinterpret(TensorMap.BYTES), JAVA_BYTE, 0, TensorMap.BYTES);
        return done("cuTensorMapEncodeTiled");
    }

    int cuLaunchKernel(MemorySegment function, int gx, int gy, int gz, int bx, int by, int bz, int shared, MemorySegment stream, MemorySegment one,
            MemorySegment buffer) {
        var list = buffer.reinterpret(40);
        if (one.address() != 0 || list.getAtIndex(JAVA_LONG, 0) != 1 || list.getAtIndex(JAVA_LONG, 2) != 2 || list.getAtIndex(JAVA_LONG, 4) != 0) {
            return 1;
        }
        long size = list.getAtIndex(ADDRESS, 3).reinterpret(8).get(JAVA_LONG, 0);
        byte[] parameters = list.getAtIndex(ADDRESS, 1).reinterpret(size).toArray(JAVA_BYTE);
        var launch = new Driver.Launch(object(Driver.Kernel.class, function), new Driver.Extent(gx, gy, gz), new Driver.Extent(bx, by, bz), shared, parameters);
        return submit("cuLaunchKernel", () -> device.launch(launch));
    }
}
