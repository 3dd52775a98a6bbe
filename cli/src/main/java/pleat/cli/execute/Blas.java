package pleat.cli.execute;

/** Who computes plain products on a GPU: the words of {@code --blas}. */
public enum Blas {
    /** Pleat's kernels. */
    OFF,
    /** Of Pleat's kernel and cuBLASLt the one that was faster in the first run. */
    AUTO,
    /** cuBLASLt, wherever it can. */
    ON
}
