package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.Function;

/**
 * A device's part of the body of a repetition.
 *
 * @param carried how the carried values lie, before and after every iteration
 * @param invariant what is to be passed as invariant values, in order
 * @param sliced what is to be passed as sliced values, in order; forms are those of one slice
 * @param collected how what is collected lies, in one iteration
 * @param held what the device has of each value of the whole body
 */
record LoweredBody(Function function, ImmutableList<Sharding> carried, ImmutableList<Argument> invariant, ImmutableList<Argument> sliced,
        ImmutableList<Sharding> collected, HeldValues held) {

    /**
     * One parameter of the whole body may become several, in different forms, or none.
     *
     * @param parameter position among the parameters of the whole body
     */
    record Argument(int parameter, Form form) {}
}
