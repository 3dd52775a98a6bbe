package pleat.runtime.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;

/**
 * The functions of Open MPI that collectives need. Its handles are addresses of its own data, which other implementations have as numbers: they
 * are refused.
 */
@SuppressWarnings("restricted") // calling a native library is what this class is for
final class MpiLibrary {
    private static final List<String> NAMES = List.of("libmpi.so.40", "libmpi.so");
    private static final int VERSION_BYTES = 8192;
    private static final int SUCCESS = 0;
    /** Instead of what is sent: it lies where it would be received. */
    static final MemorySegment IN_PLACE = MemorySegment.ofAddress(1);
    /** Of MPI_Init_thread: several threads call, never two at a time. */
    private static final int THREAD_SERIALIZED = 2;

    private final SymbolLookup symbols;
    private final MethodHandle test;
    private final MethodHandle iallgather;
    private final MethodHandle iallgatherv;
    private final MethodHandle ialltoallv;

    private MpiLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
        test = handle("MPI_Test", ADDRESS, ADDRESS, ADDRESS);
        iallgather = handle("MPI_Iallgather", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        iallgatherv = handle("MPI_Iallgatherv", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        ialltoallv = handle("MPI_Ialltoallv", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    }

    /** Loads the library and starts it. */
    static MpiLibrary start() {
        var found = NAMES.stream().map(MpiLibrary::open).flatMap(Optional::stream).findFirst().orElseThrow(() -> new UserException(
                "several processes were started, but there is no Open MPI: none of " + String.join(", ", NAMES)
                        + "\n  = help: `apt install openmpi-bin libopenmpi3`, or load the cluster's Open MPI module"));
        refuseOthers(found);
        var library = new MpiLibrary(found);
        try (var arena = Arena.ofConfined()) {
            var provided = arena.allocate(JAVA_INT);
            library.call("MPI_Init_thread", MemorySegment.NULL, MemorySegment.NULL, THREAD_SERIALIZED, provided);
            if (provided.get(JAVA_INT, 0) < THREAD_SERIALIZED) {
                throw new DeviceException("this Open MPI was built without threads: it provides level %d, and %d is needed".formatted(
                        provided.get(JAVA_INT, 0), THREAD_SERIALIZED));
            }
        }
        // A failure comes back as a number and becomes a message; by default it ends the process.
        library.call("MPI_Comm_set_errhandler", library.world(), library.data("ompi_mpi_errors_return"));
        return library;
    }

    private static Optional<SymbolLookup> open(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static void refuseOthers(SymbolLookup symbols) {
        if (symbols.find("ompi_mpi_comm_world").isEmpty()) {
            throw new UserException("the MPI of this machine is not Open MPI: it is " + version(symbols)
                    + "\n  = note: MPICH and its relatives number their handles, which Pleat does not support\n  = help: load an Open MPI module");
        }
    }

    private static String version(SymbolLookup symbols) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(VERSION_BYTES);
            new MpiLibraryCall(symbols).run("MPI_Get_library_version", text, arena.allocate(JAVA_INT));
            return text.getString(0).lines().findFirst().orElse("one that does not say what it is");
        }
    }

    private MethodHandle handle(String function, MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** The address of one of the library's own objects, which is its handle. */
    MemorySegment data(String name) {
        return symbols.findOrThrow(name);
    }

    MemorySegment world() {
        return data("ompi_mpi_comm_world");
    }

    MemorySegment type(DType dtype) {
        return data(switch (dtype.bytes()) {
            case 8 -> "ompi_mpi_double";
            case 4 -> "ompi_mpi_float";
            case 2 -> "ompi_mpi_short";
            default -> "ompi_mpi_byte";
        });
    }

    /** A function that is called seldom; arguments are ints and addresses. */
    void call(String function, Object... arguments) {
        check(function, new MpiLibraryCall(symbols).run(function, arguments));
    }

    /** An int that a function of a communicator writes. */
    int ask(String function, MemorySegment communicator) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_INT);
            call(function, communicator, out);
            return out.get(JAVA_INT, 0);
        }
    }

    private void check(String function, int result) {
        if (result == SUCCESS) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(VERSION_BYTES);
            new MpiLibraryCall(symbols).run("MPI_Error_string", result, text, arena.allocate(JAVA_INT));
            throw new DeviceException(function + " failed: " + text.getString(0));
        }
    }

    /** What is sent or received: {@code counts} elements for each member, which start {@code displacements} elements behind the base. */
    record Blocks(MemorySegment base, MemorySegment counts, MemorySegment displacements) {}

    void iallgather(MemorySegment send, MemorySegment receive, int bytes, MemorySegment communicator, MemorySegment request) {
        try {
            var type = data("ompi_mpi_byte");
            check("MPI_Iallgather", (int) iallgather.invokeExact(send, bytes, type, receive, bytes, type, communicator, request));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    void iallgatherv(MemorySegment send, int count, Blocks receive, MemorySegment type, MemorySegment communicator, MemorySegment request) {
        try {
            check("MPI_Iallgatherv", (int) iallgatherv.invokeExact(send, count, type, receive.base(), receive.counts(), receive.displacements(), type,
                    communicator, request));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    void ialltoallv(Blocks send, Blocks receive, MemorySegment type, MemorySegment communicator, MemorySegment request) {
        try {
            check("MPI_Ialltoallv", (int) ialltoallv.invokeExact(send.base(), send.counts(), send.displacements(), type, receive.base(),
                    receive.counts(), receive.displacements(), type, communicator, request));
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    /** Whether the request has been met; lets the library go on with its work. */
    boolean test(MemorySegment request, MemorySegment flag) {
        try {
            check("MPI_Test", (int) test.invokeExact(request, flag, MemorySegment.NULL));
            return flag.get(JAVA_INT, 0) != 0;
        } catch (Throwable failure) {
            throw rethrown(failure);
        }
    }

    private static RuntimeException rethrown(Throwable failure) {
        return failure instanceof RuntimeException known ? known : new IllegalStateException("a downcall threw", failure);
    }
}
