package pleat.passes;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import pleat.ir.derive.Normalize;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * What a stage of compilation may rely on. Each is a fact about the text of a module that can be checked at any time; a pass that
 * finds it true must leave it true.
 */
public enum Invariant {
    /** Every extent is a constant. */
    BOUND_SIZES("every extent is a constant", Invariant::unboundSize),

    /** There is no call; functions other than the entry are bodies of repetitions. */
    NO_CALLS("no function is called", Invariant::call),

    /** Equal formulas are equal records, but for the names of axes. */
    NORMAL_FORM("every equation is in normal form", Invariant::abnormalEquation),

    /** The entry takes cotangents of its outputs and returns gradients. */
    GRADIENTS("the entry returns gradients", Invariant::noGradient);

    private final String meaning;
    private final Function<TensorModule, Optional<String>> check;

    Invariant(String meaning, Function<TensorModule, Optional<String>> check) {
        this.meaning = meaning;
        this.check = check;
    }

    /** What is true of a module that has it, for tables and messages. */
    public String meaning() {
        return meaning;
    }

    /** The word in tables: {@code bound-sizes}. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    public boolean holds(TensorModule module) {
        return violation(module).isEmpty();
    }

    /** The first place that contradicts it, in words; empty if there is none. */
    public Optional<String> violation(TensorModule module) {
        return check.apply(module);
    }

    private static Stream<Op> ops(TensorModule module) {
        return module.functions().values().stream().flatMap(function -> function.body().stream());
    }

    private static Optional<String> unboundSize(TensorModule module) {
        var dims = new LinkedHashSet<Dim>();
        module.functions().values().forEach(function -> function.arguments().forEach(value -> dims.addAll(value.type().dims())));
        ops(module).forEach(op -> {
            op.results().stream().map(Value::type).map(TensorType::dims).forEach(dims::addAll);
            if (op instanceof Op.Compute compute) {
                compute.equation().axes().forEach(axis -> dims.add(axis.extent()));
            }
        });
        return dims.stream().filter(dim -> !dim.isKnown()).findFirst().map(dim -> "extent `" + dim + "` is a symbol");
    }

    private static Optional<String> abnormalEquation(TensorModule module) {
        return ops(module).filter(op -> op instanceof Op.Compute compute && Normalize.of(compute) != compute).findFirst()
                .map(op -> "the equation of %" + op.results().getFirst().name() + " is not in normal form");
    }

    private static Optional<String> noGradient(TensorModule module) {
        boolean isThere = module.entryFunction().returns().stream().anyMatch(returned -> returned.external().startsWith("grad/"));
        return isThere ? Optional.empty() : Optional.of("@" + module.entry() + " returns none");
    }

    private static Optional<String> call(TensorModule module) {
        return ops(module).flatMap(op -> op instanceof Op.Call call ? Stream.of("@" + call.callee() + " is called")
                : Stream.empty())
                .findFirst();
    }
}
