package pleat.cli.execute;

import pleat.ir.interp.Interpreter;

/** What can run a module: the words of {@code --via}. */
public enum Via {
    INTERPRETER;

    /** @param threads for native code; the interpreter has one */
    public Executor executor(int threads) {
        return switch (this) {
            case INTERPRETER -> new InterpreterExecutor(Interpreter.Options.EXACT);
        };
    }
}
