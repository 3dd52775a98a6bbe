package pleat.runtime.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/** Asks libraries that come with CUDA for their versions, which needs no GPU. */
@SuppressWarnings("restricted") // calling a native library is what this class is for
public final class LibraryProbe {
    private static final String NCCL = "libnccl.so.2";
    private static final List<String> CUBLAS = List.of("libcublasLt.so.13", "libcublasLt.so.12");

    private LibraryProbe() {}

    /** NCCL, by which GPUs of several processes exchange. */
    public static Probe nccl() {
        return open(NCCL).<Probe>map(library -> {
            try (var arena = Arena.ofConfined()) {
                var out = arena.allocate(JAVA_INT);
                int error = (int) Linker.nativeLinker().downcallHandle(library.findOrThrow("ncclGetVersion"), FunctionDescriptor.of(JAVA_INT, ADDRESS)).invokeExact(out);
                int version = out.get(JAVA_INT, 0);
                return error == 0 ? new Probe.Found("%d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100))
                        : new Probe.Absent(NCCL + " is there, but ncclGetVersion gives error " + error);
            } catch (Throwable failure) {
                throw new IllegalStateException("ncclGetVersion could not be called", failure);
            }
        }).orElseGet(() -> new Probe.Absent("no " + NCCL));
    }

    /** cuBLASLt, NVIDIA's products of matrices. */
    public static Probe cublas() {
        return CUBLAS.stream().map(LibraryProbe::open).flatMap(Optional::stream).findFirst().<Probe>map(library -> {
            try {
                long version = (long) Linker.nativeLinker().downcallHandle(library.findOrThrow("cublasLtGetVersion"), FunctionDescriptor.of(JAVA_LONG)).invokeExact();
                return new Probe.Found("%d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100));
            } catch (Throwable failure) {
                throw new IllegalStateException("cublasLtGetVersion could not be called", failure);
            }
        }).orElseGet(() -> new Probe.Absent("none of " + String.join(", ", CUBLAS)));
    }

    private static Optional<SymbolLookup> open(String library) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
