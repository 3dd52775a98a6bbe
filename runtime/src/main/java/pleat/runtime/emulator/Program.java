package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.regex.Pattern;
import pleat.runtime.cuda.Driver;

/**
 * A decoded kernel.
 *
 * @param sharedBytes shared memory that it declares; what a launch adds begins after it
 * @param localBytes memory of each lane
 */
record Program(String name, Instruction[] code, Registers registers, int sharedBytes, int localBytes, int parameterBytes)
        implements Driver.Kernel {
    private static final Pattern ATOMIC = Pattern.compile("(?:@!?\\S+ )?(?:atom|red)\\..*");

    /** Whether what it computes may depend on the order of its blocks. */
    boolean isOrdered() {
        return Arrays.stream(code).anyMatch(instruction -> ATOMIC.matcher(instruction.origin().text()).matches());
    }
}
