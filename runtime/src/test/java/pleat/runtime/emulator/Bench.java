package pleat.runtime.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import pleat.runtime.cuda.Driver.Extent;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.cuda.Parameters;

/** An emulated device with one kernel on it. */
final class Bench {
    private static final long LIMIT = 10_000_000;

    final EmulatedDevice device;
    final String ptx;

    Bench(String ptx) {
        this(ptx, new EmulatedDevice(LIMIT, 2));
    }

    private Bench(String ptx, EmulatedDevice device) {
        this.ptx = ptx;
        this.device = device;
    }

    static Bench watchingGlobalMemory(String ptx) {
        return new Bench(ptx, EmulatedDevice.watchingGlobalMemory(LIMIT));
    }

    static String text(String name) {
        try (InputStream in = Bench.class.getResourceAsStream(name + ".ptx")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kernel that does what the lines say; `%r0` is the thread, `out` its only parameter. */
    static String kernel(String lines) {
        return ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u64 out)\n{\n.reg .pred %p<9>;\n.reg .b32 %r<9>;\n"
                + ".reg .b64 %rd<9>;\n.shared .align 16 .b8 s[256];\nmov.u32 %r0, %tid.x;\nld.param.u64 %rd0, [out];\n" + lines + "\nret;\n}\n";
    }

    long put(float[] values) {
        long address = device.allocate(4L * values.length);
        device.write(address, MemorySegment.ofArray(values));
        return address;
    }

    long put(short[] values) {
        long address = device.allocate(2L * values.length);
        device.write(address, MemorySegment.ofArray(values));
        return address;
    }

    float[] floats(long address, int count) {
        float[] values = new float[count];
        device.read(MemorySegment.ofArray(values), address);
        return values;
    }

    int[] ints(long address, int count) {
        int[] values = new int[count];
        device.read(MemorySegment.ofArray(values), address);
        return values;
    }

    void launch(String kernel, int blocks, int threads, int sharedBytes, Parameters parameters) {
        device.launch(new Launch(device.load(ptx).kernel(kernel), Extent.of(blocks), Extent.of(threads), sharedBytes,
                parameters.toBytes()));
    }
}
