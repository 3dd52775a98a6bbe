package pleat.cli.execute;

/** What runs are done on: the words of {@code --on}. */
public enum On {
    /** Native code on the threads of this machine. */
    CPU,
    /** The code for a GPU, every instruction checked. */
    EMULATOR,
    /** An NVIDIA GPU. */
    CUDA;

    public boolean isGpu() {
        return this != CPU;
    }
}
