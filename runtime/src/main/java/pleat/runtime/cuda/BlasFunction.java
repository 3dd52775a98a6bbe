package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;

/**
 * The functions of cuBLASLt that Pleat calls, as cublasLt.h declares them. All return a status, 0 for success. Handles and descriptors are addresses, device
 * memory and sizes are 64-bit numbers.
 */
enum BlasFunction implements StatusFunctions.Declared {
    CREATE("cublasLtCreate", ADDRESS),
    DESTROY("cublasLtDestroy", ADDRESS),
    /** Where the descriptor goes, type of sums, type of factors of scale. */
    PRODUCT_CREATE("cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT),
    PRODUCT_SET("cublasLtMatmulDescSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    PRODUCT_DESTROY("cublasLtMatmulDescDestroy", ADDRESS),
    /** Where the descriptor goes, type, rows, columns, pitch. */
    LAYOUT_CREATE("cublasLtMatrixLayoutCreate", ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
    LAYOUT_SET("cublasLtMatrixLayoutSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    LAYOUT_DESTROY("cublasLtMatrixLayoutDestroy", ADDRESS),
    PREFERENCE_CREATE("cublasLtMatmulPreferenceCreate", ADDRESS),
    PREFERENCE_SET("cublasLtMatmulPreferenceSetAttribute", ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG),
    PREFERENCE_DESTROY("cublasLtMatmulPreferenceDestroy", ADDRESS),
    /** Handle, product, layouts A, B, C, D, preference, how many are wanted, where they go, where their number goes. */
    HEURISTIC("cublasLtMatmulAlgoGetHeuristic", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    /** Handle, product, alpha, A and layout, B and layout, beta, C and layout, D and layout, algorithm, workspace, its bytes, stream. */
    MULTIPLY("cublasLtMatmul", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS,
            JAVA_LONG, JAVA_LONG, ADDRESS);

    private final StatusFunctions.Declaration declaration;

    BlasFunction(String symbol, MemoryLayout... arguments) {
        declaration = StatusFunctions.Declaration.of(symbol, arguments);
    }

    @Override
    public StatusFunctions.Declaration declaration() {
        return declaration;
    }
}
