package pleat.codegen.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.NativeCode;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/** A kernel that was lowered and compiled for this host, called on tensors that are given row-major. */
record NativeKernel(Kernel kernel, HostKernel host, MethodHandle function) {
    private static final long SLACK_BYTES = 256;

    static NativeKernel of(Kernel kernel, FastPaths paths, Arena arena) {
        var module = new ModuleText();
        var host = HostCodegen.lower(kernel, NativeCode.HOST, module, paths);
        var function = NativeCode.of(module.text(), arena).procedure(host.symbol(), ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS);
        return new NativeKernel(kernel, host, function);
    }

    /** Runs the programs in two calls, split at {@code split}; outputs are written into their arrays. */
    void run(List<double[]> arguments, long split) {
        try (Arena arena = Arena.ofConfined()) {
            var buffers = new ArrayList<MemorySegment>();
            MemorySegment pointers = arena.allocate(8L * Math.max(1, arguments.size()), 64);
            for (int p = 0; p < arguments.size(); p++) {
                var parameter = kernel.parameters().get(p);
                long bytes = parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes();
                buffers.add(arena.allocate(bytes + SLACK_BYTES, 64).fill((byte) 0x7f));
                each(parameter, arguments.get(p), buffers.getLast(), true);
                pointers.setAtIndex(ValueLayout.ADDRESS, p, buffers.getLast());
            }
            MemorySegment scratch = arena.allocate(host.scratchBytes(), 64);
            scratch.fill((byte) 0x7f); // NaN: what was not written is seen
            function.invokeExact(pointers, 0L, split, scratch);
            scratch.fill((byte) 0x7f);
            function.invokeExact(pointers, split, kernel.programs(), scratch);
            for (int p = 0; p < arguments.size(); p++) {
                if (kernel.parameters().get(p).mode() == Kernel.Mode.OUT) {
                    each(kernel.parameters().get(p), arguments.get(p), buffers.get(p), false);
                }
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
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
