package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.ir.tensor.Value;

/**
 * A function as ops of an eager framework.
 *
 * @param parameters one for each of the function's
 * @param results one for each of the function's; two may be the same tensor
 * @param values what each value of the function is; those inside a pattern are none
 */
public record EagerBody(ImmutableList<Tensor> parameters, ImmutableList<EagerOp> ops, ImmutableList<Tensor> results, ImmutableMap<Value, Tensor> values) {}
