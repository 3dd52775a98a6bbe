package pleat.runtime.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/** Asks an installed MPI for its version, the one question that the standard allows before MPI is initialised. */
public final class MpiProbe {
    /** Open MPI 4 and 5, MPICH and its relatives, and the name that development packages add. */
    private static final List<String> LIBRARIES = List.of("libmpi.so.40", "libmpi.so.12", "libmpich.so.12", "libmpi.so");

    /** The largest of the limits MPI_MAX_LIBRARY_VERSION_STRING: MPICH's. */
    private static final int VERSION_BYTES = 8192;

    private MpiProbe() {}

    public static Probe run() {
        return LIBRARIES.stream()
                .map(MpiProbe::open)
                .flatMap(Optional::stream)
                .findFirst()
                .<Probe>map(library -> new Probe.Found(version(library)))
                .orElseGet(() -> new Probe.Absent("none of " + String.join(", ", LIBRARIES)));
    }

    @SuppressWarnings("restricted")
    private static Optional<SymbolLookup> open(String library) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @SuppressWarnings("restricted")
    private static String version(SymbolLookup library) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(VERSION_BYTES);
            Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("MPI_Get_library_version"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
                    .invokeWithArguments(text, arena.allocate(JAVA_INT));
            return text.getString(0).lines().findFirst().orElse("an MPI that does not say its version").split(",")[0].replaceAll("\\s+", " ");
        } catch (Throwable failure) {
            throw new IllegalStateException("MPI_Get_library_version could not be called", failure);
        }
    }
}
