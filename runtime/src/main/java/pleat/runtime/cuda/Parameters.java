package pleat.runtime.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.TensorMap;

/** Collects the parameters of a launch, each at its natural alignment, as a kernel expects them. */
public final class Parameters {
    private static final int MAP_ALIGNMENT = 64;

    // A kernel has at most 4 KiB of parameters before sm_70, and that is all we use.
    private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Those of a kernel's tensor maps and of its addresses. A map whose element 0 has no address that a map can have is zeros: the kernel does not use it.
     *
     * @param addresses of the arguments, which maps are of, and what follows them
     */
    public static Parameters of(Driver driver, GpuKernel kernel, long... addresses) {
        var all = new Parameters();
        for (var map : kernel.maps()) {
            long address = addresses[map.argument()] + map.offsetBytes();
            all.map(address % TensorMap.ALIGNMENT_BYTES == 0 ? encoded(driver, kernel.name(), map, address) : new byte[TensorMap.BYTES]);
        }
        Arrays.stream(addresses).forEach(all::i64);
        return all;
    }

    /** Drivers take strides of any order as far as is known; their manual only shows those of dims within each other. */
    private static byte[] encoded(Driver driver, String kernel, TensorMap map, long address) {
        try {
            return driver.encode(map, address);
        } catch (DeviceException refused) {
            throw new DeviceException("%s\n  = note: for a tensor map of argument %d of kernel `%s`\n".formatted(refused.getMessage(), map.argument(), kernel)
                    + "  = help: `--arch sm_90a,bulk=off` does without such maps", refused);
        }
    }

    /** Adds a device address or any 64-bit number. */
    public Parameters i64(long value) {
        align(Long.BYTES).putLong(value);
        return this;
    }

    public Parameters i32(int value) {
        align(Integer.BYTES).putInt(value);
        return this;
    }

    public Parameters f32(float value) {
        align(Float.BYTES).putFloat(value);
        return this;
    }

    /** Adds a tensor map; see {@link Driver#encode}. */
    public Parameters map(byte[] map) {
        align(MAP_ALIGNMENT).put(map);
        return this;
    }

    /** What was collected. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private ByteBuffer align(int alignment) {
        return bytes.position((bytes.position() + alignment - 1) / alignment * alignment);
    }
}
