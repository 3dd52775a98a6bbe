package pleat.cli.execute;

import java.util.Optional;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.Interpreter;
import pleat.ir.type.DType;

/** What can run a module: the words of {@code --via}. */
public enum Via {
    INTERPRETER, PLAN, NATIVE, EMULATOR, CUDA;

    /** @param threads for native code and for blocks on the emulator; the interpreter has one */
    public Executor executor(int threads) {
        return executor(NativeOptions.threads(threads), Optional.empty());
    }

    /**
     * As {@link #executor(int)}.
     *
     * @param options where floating tensors have less than 32 bits in memory, the interpreter rounds whatever an equation gives
     * @param target of a GPU; empty as in {@link Hardware}
     */
    public Executor executor(NativeOptions options, Optional<GpuTarget> target) {
        return switch (this) {
            case INTERPRETER -> options.storage() == DType.F32 ? new InterpreterExecutor(Interpreter.Options.EXACT)
                    : InterpreterExecutor.stored(options.storage());
            case PLAN -> PlanExecutor.ofHost(options);
            case NATIVE -> new NativeExecutor(options);
            case EMULATOR -> new GpuExecutor(options, new Hardware(On.EMULATOR, true, target));
            case CUDA -> new GpuExecutor(options, new Hardware(On.CUDA, true, target));
        };
    }

    /**
     * As {@link #executor(NativeOptions, Optional)}, and every kernel is compared as well.
     *
     * @throws UserException if this is not a GPU
     */
    public Executor executor(NativeOptions options, Optional<GpuTarget> target, KernelCheck check) {
        return switch (this) {
            case EMULATOR -> new GpuExecutor(options, new Hardware(On.EMULATOR, true, target), Optional.of(check));
            case CUDA -> new GpuExecutor(options, new Hardware(On.CUDA, true, target), Optional.of(check));
            case INTERPRETER, PLAN, NATIVE -> throw new UserException("kernels are compared one by one on a GPU only\n  = help: --via emulator or --via cuda");
        };
    }

    /**
     * Interprets the plan that {@link #executor(NativeOptions, Optional)} runs: exact but for what is stored.
     *
     * @param target as above; of a GPU that says what it takes, the plan is for the emulator's
     */
    public PlanExecutor rounding(NativeOptions options, Optional<GpuTarget> target) {
        return switch (this) {
            case INTERPRETER, PLAN, NATIVE -> PlanExecutor.ofHost(options);
            case EMULATOR, CUDA -> PlanExecutor.ofGpu(options, target.orElse(GpuTarget.SM_80));
        };
    }
}
