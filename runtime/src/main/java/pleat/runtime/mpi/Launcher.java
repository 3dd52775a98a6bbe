package pleat.runtime.mpi;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;

/**
 * Who started this process as one of several, by the variables that it left.
 *
 * @param rank of this process, counted from 0
 * @param size how many there are
 */
public record Launcher(String name, int rank, int size) {
    public static final String OPEN_MPI = "Open MPI";

    private record Variables(String launcher, String rank, String size) {}

    /** The first that speaks of more than one process; Slurm sets its own for every job, and Open MPI's stand in addition. */
    private static final ImmutableList<Variables> KNOWN = ImmutableList.of(
            new Variables(OPEN_MPI, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
            new Variables("Slurm", "SLURM_PROCID", "SLURM_NTASKS"),
            new Variables("PMI", "PMI_RANK", "PMI_SIZE"),
            new Variables("torchrun", "RANK", "WORLD_SIZE"));

    /** Empty for a process that stands alone. */
    public static Optional<Launcher> of(Map<String, String> environment) {
        return KNOWN.stream().filter(known -> environment.containsKey(known.rank()) && environment.containsKey(known.size()))
                .map(known -> of(known, environment)).filter(launcher -> launcher.size() > 1).findFirst();
    }

    private static Launcher of(Variables known, Map<String, String> environment) {
        int rank = number(environment, known.rank());
        int size = number(environment, known.size());
        if (size > 1 && rank >= size) {
            throw new UserException("the variable %s is %d, and by %s there are %d processes, counted from 0".formatted(known.rank(), rank, known.size(), size));
        }
        return new Launcher(known.launcher(), rank, size);
    }

    private static int number(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (!value.matches("\\d{1,9}")) {
            throw new UserException("the variable " + name + " is `" + value + "`, and should be the number that a launcher gives a process");
        }
        return Integer.parseInt(value);
    }
}
