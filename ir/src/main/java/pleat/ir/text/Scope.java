package pleat.ir.text;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/** The values that a function has defined so far. */
final class Scope {
    private final Diagnostics diagnostics;
    private final Map<String, Token> definitions = new HashMap<>();
    private final Map<String, Value> values = new HashMap<>();
    /** Results of ops that could not be read: what uses them is not to blame. */
    private final Set<String> poisoned = new HashSet<>();

    Scope(Diagnostics diagnostics) {
        this.diagnostics = diagnostics;
    }

    Value define(Token name, TensorType type) {
        var value = new Value(name.text(), type);
        Token first = definitions.putIfAbsent(name.text(), name);
        if (first != null) {
            diagnostics.report(Diagnostic.of(TextCode.DEFINED_TWICE, name.span(), "`%%%s` is defined twice", name.text())
                    .label(first.span(), "first here"));
        }
        values.putIfAbsent(name.text(), value);
        return value;
    }

    void poison(Token name) {
        poisoned.add(name.text());
    }

    Value use(Token name) {
        Value value = values.get(name.text());
        if (value != null) {
            return value;
        }
        if (poisoned.add(name.text())) {
            diagnostics.report(Diagnostic.of(TextCode.NOT_DEFINED, name.span(), "`%%%s` is not defined", name.text())
                    .help("every operand is a parameter or the result of an earlier line of the function"));
        }
        return new Value(name.text(), TensorType.of(DType.F32));
    }
}
