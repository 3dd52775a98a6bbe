package pleat.runtime.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
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
    public static Parameters of(Driver driver, List<TensorMap> maps, long... addresses) {
        var all = new Parameters();
        for (var map : maps) {
            long address = addresses[map.argument()] + map.offsetBytes();
            all.map(address % TensorMap.ALIGNMENT_BYTES == 0 ? driver.encode(map, address) : new byte[TensorMap.BYTES]);
        }
        Arrays.stream(addresses).forEach(all::i64);
        return all;
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
