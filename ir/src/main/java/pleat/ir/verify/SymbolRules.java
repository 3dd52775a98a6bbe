package pleat.ir.verify;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.index.Axis;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** In a module one name of an extent stands for one symbol, and sizes fit 64 bits. */
final class SymbolRules {
    private final Findings findings;
    private final Map<String, Dim.Symbol> symbols = new LinkedHashMap<>();

    private SymbolRules(Findings findings) {
        this.findings = findings;
    }

    static void check(TensorModule module, Findings findings) {
        var rules = new SymbolRules(findings);
        for (Function function : module.functions().values()) {
            function.arguments().forEach(argument -> rules.check(function, argument));
            for (Op op : function.body()) {
                op.results().forEach(result -> rules.check(function, result));
                if (op instanceof Op.Compute compute) {
                    compute.equation().axes().stream().map(Axis::extent).forEach(extent -> rules.check(function, extent));
                }
            }
        }
    }

    private void check(Function function, Value value) {
        value.type().dims().forEach(dim -> check(function, dim));
        // The product of the largest extents, so that no size that may be bound is too large.
        double elements = value.type().dims().stream().mapToDouble(Reach::largest).reduce(1, (a, b) -> a * b);
        if (elements >= 0x1p60) {
            findings.report(VerifyCode.TOO_LARGE, function, "`%%%s` of type `%s` may have 2^60 elements or more", value.name(),
                    value.type());
        }
    }

    private void check(Function function, Dim dim) {
        if (dim instanceof Dim.Symbol symbol) {
            Dim.Symbol first = symbols.putIfAbsent(symbol.name(), symbol);
            if (first != null && !first.equals(symbol)) {
                findings.report(VerifyCode.SYMBOL, function,
                        "`%s` is an extent in %s..%s by %s here, and in %s..%s by %s elsewhere",
                        symbol.name(), symbol.min(), symbol.max(), symbol.multiple(), first.min(), first.max(), first.multiple());
            }
        }
    }
}
