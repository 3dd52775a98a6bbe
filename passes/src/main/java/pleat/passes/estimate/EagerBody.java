package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;

/**
 * A function as ops of an eager framework.
 *
 * @param parameters one for each of the function's
 * @param results one for each of the function's; two may be the same tensor
 */
record EagerBody(ImmutableList<Tensor> parameters, ImmutableList<EagerOp> ops, ImmutableList<Tensor> results) {}
