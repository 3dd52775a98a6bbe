package pleat.runtime.emulator;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.runtime.cuda.Driver;

/** A GPU that is none: PTX is read, executed and checked instruction by instruction. */
public final class EmulatedDevice implements Driver {
    private final DeviceMemory memory = new DeviceMemory();
    private final Map<Program, Counters> counters = new LinkedHashMap<>();
    private final Means means;

    /**
     * What launches need beside their kernel.
     *
     * @param limit the warp instructions that one may take before it counts as endless
     */
    record Means(DeviceMemory memory, Workers workers, long limit) {}

    /**
     * @param limit the warp instructions that a launch may take before it counts as endless
     * @param threads that run blocks side by side
     */
    public EmulatedDevice(long limit, int threads) {
        means = new Means(memory, new Workers(threads), limit);
    }

    @Override
    public Module load(String ptx) {
        var programs = new LinkedHashMap<String, Program>();
        for (Program program : PtxParser.parse(ptx, memory)) {
            programs.put(program.name(), program);
        }
        return name -> {
            if (!programs.containsKey(name)) {
                throw new IllegalArgumentException("no kernel " + name + "; there are " + programs.keySet());
            }
            return programs.get(name);
        };
    }

    @Override
    public long allocate(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        memory.free(address);
    }

    @Override
    public void write(long address, MemorySegment source) {
        memory.write(address, source);
    }

    @Override
    public void read(MemorySegment target, long address) {
        memory.read(target, address);
    }

    @Override
    public void copy(long target, long source, long bytes) {
        memory.copy(target, source, bytes);
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        memory.fill(address, value, bytes);
    }

    @Override
    public void launch(Launch launch) {
        if (!(launch.kernel() instanceof Program program)) {
            throw new IllegalArgumentException(launch.kernel().name() + " belongs to another device");
        }
        Machine.run(program, launch, counters.computeIfAbsent(program, Counters::new), means);
    }

    @Override
    public void synchronize() {
        // A launch returns when it is done.
    }

    @Override
    public void close() {
        means.workers().close();
        counters.clear();
    }

    /** What the instructions of a kernel did in all its launches so far, in the order of the PTX text. */
    public List<InstructionCount> counts(Kernel kernel) {
        if (!(kernel instanceof Program program)) {
            throw new IllegalArgumentException(kernel.name() + " belongs to another device");
        }
        return counters.computeIfAbsent(program, Counters::new).counts();
    }
}
