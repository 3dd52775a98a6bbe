package pleat.runtime.emulator;

import pleat.runtime.cuda.Driver;

/**
 * A decoded kernel.
 *
 * @param sharedBytes shared memory that it declares; what a launch adds begins after it
 * @param localBytes memory of each lane
 */
record Program(String name, Instruction[] code, Registers registers, int sharedBytes, int localBytes, int parameterBytes)
        implements Driver.Kernel {}
