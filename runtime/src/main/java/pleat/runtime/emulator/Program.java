package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.regex.Pattern;
import pleat.runtime.cuda.Driver;

/** A decoded kernel. */
record Program(String name, Instruction[] code, Registers registers, Memory memory) implements Driver.Kernel {
    /** Bytes of the widest access of a lane. */
    static final int MOST_GRAIN = 16;
    private static final Pattern UNITS = Pattern.compile("(?:@!?\\S+ )?(?:wgmma\\.mma_async|cp\\.async\\.bulk)\\..*");
    private static final Pattern ATOMIC = Pattern.compile("(?:@!?\\S+ )?(?:atom|red)\\..*");

    /**
     * The memory of a kernel.
     *
     * @param sharedBytes shared memory that it declares; what a launch adds begins after it
     * @param sharedGrain bytes of its narrowest access of shared memory
     * @param localBytes memory of each lane
     */
    record Memory(int sharedBytes, int sharedGrain, int localBytes, int parameterBytes) {}

    /** Whether units read or write shared memory by themselves. */
    boolean hasUnits() {
        return Arrays.stream(code).anyMatch(instruction -> UNITS.matcher(instruction.origin().text()).matches());
    }

    /** Whether what it computes may depend on the order of its blocks. */
    boolean isOrdered() {
        return Arrays.stream(code).anyMatch(instruction -> ATOMIC.matcher(instruction.origin().text()).matches());
    }
}
