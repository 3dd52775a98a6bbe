package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import pleat.ir.plan.Plan;

/**
 * A plan that can be run, and what its kernels are for.
 *
 * @param sharedObject the machine code of the kernels
 * @param warnings what the frontend said of the sources, as a user reads it
 */
public record CompiledModel(Plan plan, Path sharedObject, Facts facts, ImmutableList<String> warnings) {

    /**
     * What the plan no longer shows of the model it was made from.
     *
     * @param model the module's name
     * @param flops operations of the matrix products of one run, as the model states them: no kernel's repetition counts
     * @param intermediateBytes what the results of all equations of one run take if none shares memory with another
     * @param hoisting what was taken out of loops
     * @param groups the model's module that a kernel mainly computes, by kernel
     */
    public record Facts(String model, NativeOptions options, long flops, long intermediateBytes, Preparation.Hoisting hoisting,
            ImmutableMap<String, String> groups) {}
}
