package pleat.cli.compile;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import pleat.ir.plan.Plan;

/**
 * A plan that can be run, and what its kernels are for.
 *
 * @param sharedObject the machine code of the kernels
 * @param flops operations of the matrix products of one run, as the model states them: no kernel's repetition counts
 * @param groups the model's module that a kernel mainly computes, by kernel
 */
public record CompiledModel(Plan plan, Path sharedObject, long flops, ImmutableMap<String, String> groups) {}
