package pleat.codegen.llvm;

import java.util.ArrayList;
import java.util.List;
import pleat.codegen.HostTarget;

/**
 * A register tile of a matrix product: {@code C[rows, vectors * lanes] (+)= A[rows, k] * B[k, vectors * lanes]} with C in
 * registers for the whole of k. Its function is
 * {@code void (ptr a, i64 aRow, i64 aColumn, ptr b, i64 bRow, ptr c, i64 cRow, i64 k, i1 accumulate)}: strides are in
 * elements, and an argument whose stride is a constant here is ignored. C is f32 and must not overlap A or B; rows of B and C
 * are contiguous, and the caller keeps room for whole vectors.
 *
 * @param lanes f32 elements of one vector register
 * @param rows rows of the tile
 * @param vectors vectors in a row of the tile
 */
public record MicroKernel(int lanes, int rows, int vectors, Left a, Right b) {
    private static final String PARAMETERS = "ptr noalias readonly %a, i64 %aRow, i64 %aColumn, "
            + "ptr noalias readonly %b, i64 %bRow, ptr noalias %c, i64 %cRow, i64 %k, i1 zeroext %accumulate";

    /** The factor that is read one element at a time; either stride may be 1, or neither. */
    public record Left(Storage storage, Amount row, Amount column) {
        String mark() {
            return "%s.%s.%s".formatted(storage.mark(), row.mark(), column.mark());
        }
    }

    /** The factor that is read in vectors along its rows. */
    public record Right(Storage storage, Amount row) {
        String mark() {
            return "%s.%s".formatted(storage.mark(), row.mark());
        }
    }

    /**
     * The most rows whose sums fit the registers beside a row of B and the broadcast elements of A: 13 of 2 vectors with
     * AVX-512, 6 with AVX2. One more is left free where there are 32: LLVM's scheduler for Skylake otherwise spills.
     */
    public static int mostRows(HostTarget target, int vectors) {
        int broadcasts = 1 + target.vectorRegisters() / 16;
        return (target.vectorRegisters() - vectors - broadcasts) / vectors;
    }

    /** Name of the function, which is added to the module on first demand. */
    public String in(ModuleText module) {
        String name = "@pleat.product.%dx%dx%d.%s.%s".formatted(rows, vectors, lanes, a.mark(), b.mark());
        return module.share(name, PARAMETERS, (home, f) -> {
            String vector = "<%d x float>".formatted(lanes);
            home.declare("declare %1$s @llvm.fmuladd.v%2$df32(%1$s, %1$s, %1$s)".formatted(vector, lanes));
            new MicroKernelWriter(this, f).write();
        });
    }

    /** Where the loop over k stands: a pointer for each group of rows of A, the row of B, and the sums in row-major order. */
    record State(List<String> a, String b, List<String> sums) {
        State {
            a = List.copyOf(a);
            sums = List.copyOf(sums);
        }

        List<String> pointers() {
            var pointers = new ArrayList<>(a);
            pointers.add(b);
            return pointers;
        }

        State withPointers(List<String> pointers) {
            return new State(pointers.subList(0, a.size()), pointers.get(a.size()), sums);
        }
    }
}
