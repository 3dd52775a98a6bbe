package pleat.tests;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.GpuKernel;
import pleat.ir.type.DType;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.EmulatedDevice;

/** A kernel that was lowered to PTX, run on the emulator on tensors that are given row-major. */
record EmulatedKernel(Kernel kernel, GpuKernel how, String ptx) {
    private static final long ENDLESS = 1L << 32;

    static EmulatedKernel of(Kernel kernel, GpuTarget target) {
        var code = GpuModule.of(List.of(kernel), target).code(1);
        return new EmulatedKernel(kernel, code.kernels().get(kernel.name()), code.texts().getFirst());
    }

    /** Outputs are written into their arrays. */
    void run(List<double[]> arguments) {
        run(arguments, 0);
    }

    /** @param shift bytes from an aligned address to where each buffer begins */
    void run(List<double[]> arguments, long shift) {
        try (var device = new EmulatedDevice(ENDLESS, 1); Arena arena = Arena.ofConfined()) {
            var parameters = new Parameters();
            var segments = new ArrayList<MemorySegment>();
            var addresses = new ArrayList<Long>();
            for (int p = 0; p < arguments.size(); p++) {
                var parameter = kernel.parameters().get(p);
                // Not a byte more than there is: what goes past it is found.
                long bytes = Math.max(1, parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes());
                segments.add(arena.allocate(bytes, 64).fill((byte) 0x7f));
                each(parameter, arguments.get(p), segments.get(p), true);
                addresses.add(device.allocate(bytes + shift) + shift);
                device.write(addresses.get(p), segments.get(p));
                parameters.i64(addresses.get(p));
            }
            parameters.i64(device.allocate(Math.max(1, how.memory().scratchBytes())));
            var entry = device.load(ptx).kernel(how.entry());
            device.launch(new Driver.Launch(entry, Driver.Extent.of(how.grid()), Driver.Extent.of(how.block()), how.memory().sharedBytes(),
                    parameters.toBytes()));
            for (int p = 0; p < arguments.size(); p++) {
                if (kernel.parameters().get(p).mode() == Kernel.Mode.OUT) {
                    device.read(segments.get(p), addresses.get(p));
                    each(kernel.parameters().get(p), arguments.get(p), segments.get(p), false);
                }
            }
        }
    }

    private static void each(Kernel.Parameter parameter, double[] values, MemorySegment memory, boolean isStored) {
        long[] shape = parameter.type().shape();
        long[] point = new long[shape.length];
        for (int i = 0; i < values.length; i++) {
            long rest = i;
            for (int d = shape.length - 1; d >= 0; d--) {
                point[d] = rest % shape[d];
                rest /= shape[d];
            }
            long offset = parameter.layout().offset(point, shape);
            if (isStored) {
                put(memory, parameter.type().dtype(), offset, Rounding.toDType(values[i], parameter.type().dtype()));
            } else {
                values[i] = get(memory, parameter.type().dtype(), offset);
            }
        }
    }

    private static void put(MemorySegment memory, DType dtype, long at, double value) {
        switch (dtype) {
            case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, at, value);
            case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) value);
            case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16((float) value));
            case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) (Float.floatToRawIntBits((float) value) >>> 16));
            case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, at, (long) value);
            case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, at, (int) value);
            case I16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) value);
            case I8, U8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        }
    }

    private static double get(MemorySegment memory, DType dtype, long at) {
        return switch (dtype) {
            case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, at);
            case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, at);
            case F16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
            case BF16 -> Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
            case I64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, at);
            case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, at);
            case I16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, at);
            case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        };
    }
}
