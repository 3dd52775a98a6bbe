package pleat.runtime.emulator;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.emulator.Finding.Kind;

/** What the blocks of one launch have in common: which of them is next, and whether one of them did something that it must not do. */
final class Machine {
    private static final int MOST_WARPS = 32;

    private final Program program;
    private final Launch launch;
    private final EmulatedDevice.Means means;
    private final Counters counters;
    private final AtomicLong left;
    private final AtomicLong next;
    private final long end;
    private long faulty = Long.MAX_VALUE;
    private Optional<RuntimeException> fault = Optional.empty();

    /** Numbers of blocks, from one to before another. */
    record Blocks(long first, long end) {}

    private Machine(Program program, Launch launch, Blocks blocks, Counters counters, EmulatedDevice.Means means) {
        if (warps(launch) > MOST_WARPS) {
            throw new IllegalArgumentException("a block has at most " + MOST_WARPS * Row.LANES + " threads, not " + launch.block().count());
        }
        if (launch.parameters().length < program.memory().parameterBytes()) {
            throw new IllegalArgumentException(program.name() + " takes " + program.memory().parameterBytes() + " bytes of parameters, not "
                    + launch.parameters().length);
        }
        this.program = program;
        this.launch = launch;
        this.means = means;
        this.counters = counters;
        this.next = new AtomicLong(blocks.first());
        this.end = blocks.end();
        this.left = new AtomicLong(means.limit());
    }

    private static int warps(Launch launch) {
        return Math.toIntExact((launch.block().count() + Row.LANES - 1) / Row.LANES);
    }

    /** Runs blocks, some of them side by side if the order of blocks makes no difference. Of several findings that of the first block counts. */
    static void run(Program program, Launch launch, Blocks blocks, Counters counters, EmulatedDevice.Means means) {
        var machine = new Machine(program, launch, blocks, counters, means);
        // Sums of floats depend on who adds first.
        int workers = program.isOrdered() || means.races().isOn() ? 1 : (int) Math.min(means.workers().size(), launch.grid().count());
        means.workers().run(workers, machine::work);
        machine.fault.ifPresent(fault -> {
            throw fault;
        });
    }

    private void work() {
        var counted = new Counters(program);
        SharedMemory shared = means.borrow();
        shared.resize(program.memory().sharedBytes() + launch.sharedBytes(), program.memory().sharedGrain(), warps(launch), program.hasUnits());
        var block = new Block(this, shared, counted);
        for (long number = next.getAndIncrement(); number < end && number < firstFaulty(); number = next.getAndIncrement()) {
            try {
                block.run(number);
            } catch (RuntimeException failure) {
                failed(number, failure);
            }
        }
        means.give(shared);
        counters.add(counted);
    }

    private synchronized long firstFaulty() {
        return faulty;
    }

    private synchronized void failed(long block, RuntimeException failure) {
        if (block < faulty) {
            faulty = block;
            fault = Optional.of(failure);
        }
    }

    Program program() {
        return program;
    }

    Launch launch() {
        return launch;
    }

    DeviceMemory global() {
        return means.memory();
    }

    GlobalRaces races() {
        return means.races();
    }

    void spend(Warp warp, long instructions) {
        if (left.addAndGet(-instructions) < 0) {
            throw warp.fault(Kind.ENDLESS, -1, "the launch executed more instructions than the emulator was told to allow");
        }
    }
}
