package pleat.cli.compile;

import java.util.Optional;
import java.util.OptionalLong;
import pleat.frontend.Frontend.Request;
import pleat.ir.type.DType;
import pleat.passes.recompute.Recomputation;

/**
 * All that decides what comes out of a compilation on one machine.
 *
 * @param binding settings and sizes, or shapes that give the sizes
 * @param memoryBudget bytes that the plan may allocate
 */
public record CompileRequest(ModelReference model, Request binding, Gradients gradients, NativeOptions options,
        OptionalLong memoryBudget) {

    /** The same, with everything in a loop computed in every turn of it. */
    public CompileRequest withoutHoisting() {
        return new CompileRequest(model, binding, gradients, options.withHoist(Optional.empty()), memoryBudget);
    }

    /** The same, with floating tensors of this type in memory. */
    public CompileRequest withStorage(DType storage) {
        return new CompileRequest(model, binding, gradients, options.withStorage(storage), memoryBudget);
    }

    /** The same, with this kept for gradients and that computed again, whatever memory that takes. */
    public CompileRequest with(Recomputation recomputation) {
        return new CompileRequest(model, binding, gradients.with(recomputation), options, OptionalLong.empty());
    }
}
