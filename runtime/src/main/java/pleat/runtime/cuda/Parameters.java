package pleat.runtime.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Collects the parameters of a launch, each at its natural alignment, as a kernel expects them. */
public final class Parameters {
    // A kernel has at most 4 KiB of parameters before sm_70, and that is all we use.
    private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

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

    /** What was collected. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private ByteBuffer align(int alignment) {
        return bytes.position((bytes.position() + alignment - 1) / alignment * alignment);
    }
}
