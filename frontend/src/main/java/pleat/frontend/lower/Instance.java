package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import pleat.ir.type.TensorType;

/**
 * A module elaborated for certain settings and argument types.
 *
 * @param function its name in the IR
 * @param weights what it takes after its arguments
 */
record Instance(String function, ImmutableList<Result> results, ImmutableList<Slot> weights) {

    record Result(String name, TensorType type) {}

    /** @param path names on the way from this module to the parameter, joined by dots */
    record Slot(String path, TensorType type) {}

    ImmutableList<TensorType> types() {
        return results.stream().map(Result::type).collect(ImmutableList.toImmutableList());
    }
}
