package pleat.cli.compile;

import java.util.Optional;
import java.util.OptionalLong;
import pleat.frontend.Frontend.Request;

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
        var plain = new NativeOptions(options.threads(), options.storage(), options.fuse(), options.windows(), Optional.empty());
        return new CompileRequest(model, binding, gradients, plain, memoryBudget);
    }
}
