package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import pleat.ir.diagnostic.DeviceException;

/** Lets the driver assemble PTX, and passes on what it says of it. */
final class ModuleLoader {
    private static final int LOG_BYTES = 16 << 10;
    private static final int ERROR_LOG = 5;
    private static final int ERROR_LOG_BYTES = 6;

    private ModuleLoader() {}

    static MemorySegment load(CudaLibrary library, String ptx, CudaDevice device) {
        try (var arena = Arena.ofConfined()) {
            var module = arena.allocate(ADDRESS);
            var log = arena.allocate(LOG_BYTES);
            var options = arena.allocateFrom(JAVA_INT, ERROR_LOG, ERROR_LOG_BYTES);
            var values = arena.allocate(ADDRESS, 2);
            values.setAtIndex(ADDRESS, 0, log);
            // A number where an address might stand: that is how the driver wants it.
            values.setAtIndex(JAVA_LONG, 1, LOG_BYTES);
            int error = library.error(CudaFunction.MODULE_LOAD_DATA, module, arena.allocateFrom(ptx), 2, options, values);
            if (error != 0) {
                String said = log.getString(0).strip();
                throw new DeviceException(library.failure(CudaFunction.MODULE_LOAD_DATA, error).getMessage() + "\n  = note: for " + device.name() + ", "
                        + device.target() + (said.isEmpty() ? "" : "\n" + said.indent(4).stripTrailing()));
            }
            return module.get(ADDRESS, 0);
        }
    }
}
