package pleat.cli.execute;

import pleat.cli.compile.NativeOptions;
import pleat.ir.interp.Interpreter;

/** What can run a module: the words of {@code --via}. */
public enum Via {
    INTERPRETER, PLAN, NATIVE;

    /** @param threads for native code; the interpreter has one */
    public Executor executor(int threads) {
        return switch (this) {
            case INTERPRETER -> new InterpreterExecutor(Interpreter.Options.EXACT);
            case PLAN -> new PlanExecutor(NativeOptions.threads(threads));
            case NATIVE -> new NativeExecutor(NativeOptions.threads(threads));
        };
    }
}
