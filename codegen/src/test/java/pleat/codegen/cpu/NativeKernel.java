package pleat.codegen.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import pleat.codegen.KernelArguments;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.NativeCode;
import pleat.ir.kernel.Kernel;

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
                KernelArguments.store(parameter, arguments.get(p), buffers.getLast());
                pointers.setAtIndex(ValueLayout.ADDRESS, p, buffers.getLast());
            }
            MemorySegment scratch = arena.allocate(host.scratchBytes(), 64);
            scratch.fill((byte) 0x7f); // NaN: what was not written is seen
            function.invokeExact(pointers, 0L, split, scratch);
            scratch.fill((byte) 0x7f);
            function.invokeExact(pointers, split, kernel.programs(), scratch);
            for (int p = 0; p < arguments.size(); p++) {
                if (kernel.parameters().get(p).mode() == Kernel.Mode.OUT) {
                    KernelArguments.load(kernel.parameters().get(p), arguments.get(p), buffers.get(p));
                }
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
