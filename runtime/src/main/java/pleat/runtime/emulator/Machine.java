package pleat.runtime.emulator;

import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.emulator.Finding.Kind;

/** What the blocks of one launch have in common. Blocks run one after the other, with x the fastest. */
final class Machine {
    private static final int MOST_WARPS = 32;

    private final Program program;
    private final Launch launch;
    private final DeviceMemory global;
    private final SharedMemory shared;
    private final Counters counters;
    private long left;

    private Machine(Program program, Launch launch, DeviceMemory global, Counters counters, long limit) {
        int warps = Math.toIntExact((launch.block().count() + Row.LANES - 1) / Row.LANES);
        if (warps > MOST_WARPS) {
            throw new IllegalArgumentException("a block has at most " + MOST_WARPS * Row.LANES + " threads, not " + launch.block().count());
        }
        if (launch.parameters().length < program.parameterBytes()) {
            throw new IllegalArgumentException(program.name() + " takes " + program.parameterBytes() + " bytes of parameters, not "
                    + launch.parameters().length);
        }
        this.program = program;
        this.launch = launch;
        this.global = global;
        this.shared = new SharedMemory(program.sharedBytes() + launch.sharedBytes(), warps);
        this.counters = counters;
        this.left = limit;
    }

    static void run(Program program, Launch launch, DeviceMemory global, Counters counters, long limit) {
        var machine = new Machine(program, launch, global, counters, limit);
        for (int z = 0; z < launch.grid().z(); z++) {
            for (int y = 0; y < launch.grid().y(); y++) {
                for (int x = 0; x < launch.grid().x(); x++) {
                    new Block(machine, x, y, z).run();
                }
            }
        }
    }

    Program program() {
        return program;
    }

    Launch launch() {
        return launch;
    }

    DeviceMemory global() {
        return global;
    }

    SharedMemory shared() {
        return shared;
    }

    Counters counters() {
        return counters;
    }

    void spend(Warp warp, long instructions) {
        left -= instructions;
        if (left < 0) {
            throw warp.fault(Kind.ENDLESS, -1, "the launch executed more instructions than the emulator was told to allow");
        }
    }
}
