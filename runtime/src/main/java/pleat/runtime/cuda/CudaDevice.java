package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;

/**
 * A GPU of this machine.
 *
 * @param number that the driver gives it
 * @param capability as in 90, for sm_90
 * @param sharedBytes shared memory that a block may ask for
 */
public record CudaDevice(int number, String name, int capability, int sharedBytes, long memoryBytes) {
    private static final int NAME_BYTES = 256;
    private static final int MAJOR = 75;
    private static final int MINOR = 76;
    private static final int MOST_SHARED_BYTES = 97;

    /** What launchers call the place of a process among those of its machine. */
    private static final List<String> LOCAL_RANKS = List.of("OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", "LOCAL_RANK");

    /** As PTX has it. */
    public String target() {
        return "sm_" + capability;
    }

    static ImmutableList<CudaDevice> all(CudaLibrary library) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_LONG);
            library.call(CudaFunction.DEVICE_GET_COUNT, out);
            int count = out.get(JAVA_INT, 0);
            var devices = ImmutableList.<CudaDevice>builder();
            for (int number = 0; number < count; number++) {
                devices.add(of(library, number, arena));
            }
            return devices.build();
        }
    }

    private static CudaDevice of(CudaLibrary library, int number, Arena arena) {
        var out = arena.allocate(JAVA_LONG);
        library.call(CudaFunction.DEVICE_GET, out, number);
        int handle = out.get(JAVA_INT, 0);
        var name = arena.allocate(NAME_BYTES);
        library.call(CudaFunction.DEVICE_GET_NAME, name, NAME_BYTES, handle);
        IntUnaryOperator attribute = which -> {
            library.call(CudaFunction.DEVICE_GET_ATTRIBUTE, out, which, handle);
            return out.get(JAVA_INT, 0);
        };
        int capability = 10 * attribute.applyAsInt(MAJOR) + attribute.applyAsInt(MINOR);
        int sharedBytes = attribute.applyAsInt(MOST_SHARED_BYTES);
        library.call(CudaFunction.DEVICE_TOTAL_MEM, out, handle);
        return new CudaDevice(number, name.getString(0), capability, sharedBytes, out.get(JAVA_LONG, 0));
    }

    /**
     * The GPU of this process: the one of its place among the processes of its machine, as Open MPI, Slurm or torchrun have it, and else the first.
     *
     * @param environment variables of this process
     */
    static CudaDevice chosen(List<CudaDevice> devices, Map<String, String> environment) {
        if (devices.isEmpty()) {
            throw new DeviceException("there is an NVIDIA driver, but no GPU that it can use");
        }
        // A launcher may show each process its own GPU and no other.
        if (devices.size() == 1) {
            return devices.getFirst();
        }
        var variable = LOCAL_RANKS.stream().filter(environment::containsKey).findFirst();
        if (variable.isEmpty()) {
            return devices.getFirst();
        }
        String rank = environment.get(variable.get());
        if (!rank.matches("\\d{1,9}") || Integer.parseInt(rank) >= devices.size()) {
            throw new UserException("the variable %s is `%s`, and this machine has GPUs 0 to %d\n  = help: start as many processes on a machine as it has GPUs"
                    .formatted(variable.get(), rank, devices.size() - 1));
        }
        return devices.get(Integer.parseInt(rank));
    }
}
