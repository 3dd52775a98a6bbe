package pleat.tests;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import pleat.codegen.KernelArguments;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.GpuKernel;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.emulator.InstructionCount;

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

    /**
     * As {@link #run(List)}.
     *
     * @param shift bytes from an aligned address to where each buffer begins
     * @return what each instruction did
     */
    List<InstructionCount> run(List<double[]> arguments, long shift) {
        try (var device = EmulatedDevice.watchingGlobalMemory(ENDLESS); Arena arena = Arena.ofConfined()) {
            var segments = new ArrayList<MemorySegment>();
            var addresses = new ArrayList<Long>();
            for (int p = 0; p < arguments.size(); p++) {
                var parameter = kernel.parameters().get(p);
                // Not a byte more than there is: what goes past it is found.
                long bytes = Math.max(1, parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes());
                segments.add(arena.allocate(bytes, 64).fill((byte) 0x7f));
                KernelArguments.store(parameter, arguments.get(p), segments.get(p));
                addresses.add(device.allocate(bytes + shift) + shift);
                device.write(addresses.get(p), segments.get(p));
            }
            var scratch = LongStream.of(device.allocate(Math.max(1, how.memory().scratchBytes())));
            var parameters = Parameters.of(device, how, LongStream.concat(addresses.stream().mapToLong(Long::longValue), scratch).toArray());
            var entry = device.load(ptx).kernel(how.entry());
            device.launch(new Driver.Launch(entry, Driver.Extent.of(how.grid()), Driver.Extent.of(how.block()), how.memory().sharedBytes(),
                    parameters.toBytes()));
            for (int p = 0; p < arguments.size(); p++) {
                if (kernel.parameters().get(p).mode() == Kernel.Mode.OUT) {
                    device.read(segments.get(p), addresses.get(p));
                    KernelArguments.load(kernel.parameters().get(p), arguments.get(p), segments.get(p));
                }
            }
            return device.counts(entry);
        }
    }
}
