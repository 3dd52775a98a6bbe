package pleat.cli.execute;

import pleat.cli.compile.NativeOptions;
import pleat.ir.interp.Interpreter;

/** What can run a module: the words of {@code --via}. */
public enum Via {
    INTERPRETER, PLAN, NATIVE, EMULATOR, CUDA;

    /** @param threads for native code and for blocks on the emulator; the interpreter has one */
    public Executor executor(int threads) {
        return switch (this) {
            case INTERPRETER -> new InterpreterExecutor(Interpreter.Options.EXACT);
            case PLAN -> new PlanExecutor(NativeOptions.threads(threads));
            case NATIVE -> new NativeExecutor(NativeOptions.threads(threads));
            case EMULATOR -> new GpuExecutor(NativeOptions.threads(threads), On.EMULATOR);
            case CUDA -> new GpuExecutor(NativeOptions.threads(threads), On.CUDA);
        };
    }
}
