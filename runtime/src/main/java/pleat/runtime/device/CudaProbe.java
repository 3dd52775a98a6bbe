package pleat.runtime.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;

/** Asks NVIDIA's driver library which GPUs there are. Only the driver is needed: no toolkit, no runtime library. */
public final class CudaProbe {
    private static final String LIBRARY = "libcuda.so.1";
    private static final int NAME_BYTES = 256;
    private static final int COMPUTE_CAPABILITY_MAJOR = 75;
    private static final int COMPUTE_CAPABILITY_MINOR = 76;

    private final Arena arena;
    private final SymbolLookup driver;
    private final MemorySegment out;

    private CudaProbe(Arena arena, SymbolLookup driver) {
        this.arena = arena;
        this.driver = driver;
        this.out = arena.allocate(JAVA_LONG);
    }

    @SuppressWarnings("restricted")
    public static Probe run() {
        try (var arena = Arena.ofConfined()) {
            // The driver stays loaded: it registers handlers at exit, and unloading it under them ends the process.
            return new CudaProbe(arena, SymbolLookup.libraryLookup(LIBRARY, Arena.global())).ask();
        } catch (IllegalArgumentException _) {
            return new Probe.Absent("no " + LIBRARY);
        }
    }

    private Probe ask() {
        int started = call("cuInit", 0);
        if (started != 0) {
            return new Probe.Absent(LIBRARY + " is there, but cuInit failed with error " + started);
        }
        call("cuDriverGetVersion", out);
        int version = out.get(JAVA_INT, 0);
        call("cuDeviceGetCount", out);
        int count = out.get(JAVA_INT, 0);
        List<String> devices = new ArrayList<>();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            devices.add(describe(ordinal));
        }
        String driverVersion = "CUDA %d.%d".formatted(version / 1000, version % 1000 / 10);
        return devices.isEmpty()
                ? new Probe.Absent("driver for " + driverVersion + ", but no device")
                : new Probe.Found(String.join(", ", devices) + "; driver for " + driverVersion);
    }

    private String describe(int ordinal) {
        call("cuDeviceGet", out, ordinal);
        int device = out.get(JAVA_INT, 0);
        MemorySegment name = arena.allocate(NAME_BYTES);
        call("cuDeviceGetName", name, NAME_BYTES, device);
        call("cuDeviceTotalMem_v2", out, device);
        double gigabytes = out.get(JAVA_LONG, 0) / 1e9;
        int major = attribute(COMPUTE_CAPABILITY_MAJOR, device);
        int minor = attribute(COMPUTE_CAPABILITY_MINOR, device);
        return "%s (sm_%d%d, %.0f GB)".formatted(name.getString(0), major, minor, gigabytes);
    }

    private int attribute(int attribute, int device) {
        call("cuDeviceGetAttribute", out, attribute, device);
        return out.get(JAVA_INT, 0);
    }

    /** Every function asked here takes ints and pointers and returns an error number, 0 for success. */
    @SuppressWarnings("restricted")
    private int call(String function, Object... arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof MemorySegment ? ADDRESS : JAVA_INT;
        }
        var handle = Linker.nativeLinker().downcallHandle(driver.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, layouts));
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new IllegalStateException(function + " could not be called", failure);
        }
    }
}
