package pleat.cli.execute;

import java.util.Optional;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.interp.Interpreter;

/** What can run a module: the words of {@code --via}. */
public enum Via {
    INTERPRETER, PLAN, NATIVE, EMULATOR, CUDA;

    /** @param threads for native code and for blocks on the emulator; the interpreter has one */
    public Executor executor(int threads) {
        return executor(threads, Optional.empty());
    }

    /**
     * As {@link #executor(int)}.
     *
     * @param target of a GPU; empty as in {@link Hardware}
     */
    public Executor executor(int threads, Optional<GpuTarget> target) {
        return switch (this) {
            case INTERPRETER -> new InterpreterExecutor(Interpreter.Options.EXACT);
            case PLAN -> new PlanExecutor(NativeOptions.threads(threads));
            case NATIVE -> new NativeExecutor(NativeOptions.threads(threads));
            case EMULATOR -> new GpuExecutor(NativeOptions.threads(threads), new Hardware(On.EMULATOR, true, target));
            case CUDA -> new GpuExecutor(NativeOptions.threads(threads), new Hardware(On.CUDA, true, target));
        };
    }
}
