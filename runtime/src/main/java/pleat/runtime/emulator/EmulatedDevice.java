package pleat.runtime.emulator;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import pleat.ir.plan.TensorMap;
import pleat.runtime.cuda.Driver;

/** A GPU that is none: PTX is read, executed and checked instruction by instruction. */
public final class EmulatedDevice implements Driver {
    private final DeviceMemory memory = new DeviceMemory();
    private final Map<Program, Counters> counters = new LinkedHashMap<>();
    private final Means means;
    private Optional<List<Runnable>> captured = Optional.empty();

    /**
     * What launches need beside their kernel.
     *
     * @param shared memories that no worker has, since it takes longer to make one than to run a small block
     * @param limit the warp instructions that one may take before it counts as endless
     */
    record Means(DeviceMemory memory, Workers workers, Queue<SharedMemory> shared, GlobalRaces races, long limit) {
        SharedMemory borrow() {
            SharedMemory idle = shared.poll();
            return idle == null ? new SharedMemory() : idle;
        }

        void give(SharedMemory idle) {
            shared.add(idle);
        }
    }

    /**
     * @param limit the warp instructions that a launch may take before it counts as endless
     * @param threads that run blocks side by side
     */
    public EmulatedDevice(long limit, int threads) {
        this(limit, threads, false);
    }

    private EmulatedDevice(long limit, int threads, boolean watchesGlobalMemory) {
        means = new Means(memory, new Workers(threads), new ConcurrentLinkedQueue<>(), new GlobalRaces(watchesGlobalMemory), limit);
    }

    /** A device that looks for races in global memory too, between the warps of a block and between blocks; slower, and on one thread. */
    public static EmulatedDevice watchingGlobalMemory(long limit) {
        return new EmulatedDevice(limit, 1, true);
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
        submit(() -> memory.copy(target, source, bytes));
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        submit(() -> memory.fill(address, value, bytes));
    }

    @Override
    public byte[] encode(TensorMap map, long address) {
        return BoxMap.of(map, address).bits();
    }

    @Override
    public void launch(Launch launch) {
        launch(launch, 0, launch.grid().count());
    }

    /**
     * Runs some of the blocks of a launch only, so that memory may be larger than this machine's.
     *
     * @param first x is the fastest
     */
    public void launch(Launch launch, long first, long blocks) {
        Program program = program(launch.kernel());
        submit(() -> Machine.run(program, launch, new Machine.Blocks(first, first + blocks), counters.computeIfAbsent(program, Counters::new), means));
    }

    private static Program program(Kernel kernel) {
        if (kernel instanceof Program program) {
            return program;
        }
        throw new IllegalArgumentException(kernel.name() + " belongs to another device");
    }

    private void submit(Runnable work) {
        captured.ifPresentOrElse(list -> list.add(work), work);
    }

    @Override
    public void synchronize() {
        // All is done when it is asked for.
    }

    @Override
    public Mark mark() {
        return new Time(System.nanoTime());
    }

    @Override
    public void waitFor(Mark mark) {
        // What was asked for before it is done.
    }

    @Override
    public long nanosBetween(Mark from, Mark to) {
        return ((Time) to).nanos() - ((Time) from).nanos();
    }

    @Override
    public Graph capture(Runnable work) {
        var list = new ArrayList<Runnable>();
        captured = Optional.of(list);
        try {
            work.run();
        } finally {
            captured = Optional.empty();
        }
        return new Recording(List.copyOf(list));
    }

    /** @param nanos by {@link System#nanoTime} */
    private record Time(long nanos) implements Mark {
        @Override
        public void close() {
            // There is nothing to give back.
        }
    }

    private record Recording(List<Runnable> work) implements Graph {
        @Override
        public void launch() {
            work.forEach(Runnable::run);
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }
    }

    @Override
    public void close() {
        means.workers().close();
        counters.clear();
    }

    /** What the instructions of a kernel did in all its launches so far, in the order of the PTX text. */
    public List<InstructionCount> counts(Kernel kernel) {
        return counters.computeIfAbsent(program(kernel), Counters::new).counts();
    }
}
