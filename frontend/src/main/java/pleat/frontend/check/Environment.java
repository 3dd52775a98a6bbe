package pleat.frontend.check;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** What a formula sees of the body that it stands in. */
public interface Environment {

    /** What a name in a formula stands for. */
    sealed interface Meaning {}

    record Tensor(Value value) implements Meaning {}

    /** Something is wrong with its definition, and that was reported. */
    record Poisoned() implements Meaning {}

    /** An instance of a module, or a function: it can be called and is no value. */
    record Callable(String what) implements Meaning {}

    record Unknown() implements Meaning {}

    Meaning meaning(String name);

    Map<String, ConfigValue> constants();

    /** The scalar function that the file of the name knows under it. */
    Optional<Item.ScalarFunction> scalarFunction(Name name);

    /** Applies an instance or a function that has one result; empty if something was reported. */
    Optional<Value> call(Expression.Call call);

    /** The dims that {@code ..name} of the module's inputs stands for. */
    Optional<List<Dim>> rest(String name);

    /** Names for suggestions. */
    Collection<String> names();

    void report(Diagnostic diagnostic);
}
