package pleat.ir.verify;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Every value is defined once, and before it is used. */
final class SsaRules {
    private SsaRules() {}

    static void check(Function function, Findings findings) {
        Set<Value> defined = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Parameter parameter : function.parameters()) {
            if (!defined.add(parameter.value())) {
                findings.report(VerifyCode.DEFINED_AGAIN, function, "`%%%s` is a parameter twice", parameter.value().name());
            }
        }
        for (Op op : function.body()) {
            for (Value operand : op.operands()) {
                if (!defined.contains(operand)) {
                    findings.report(VerifyCode.USED_TOO_EARLY, op, "`%%%s` is not defined here", operand.name());
                }
            }
            for (Value result : op.results()) {
                if (!defined.add(result)) {
                    findings.report(VerifyCode.DEFINED_AGAIN, op, "`%%%s` is defined already", result.name());
                }
            }
        }
        for (Return returned : function.returns()) {
            if (!defined.contains(returned.value())) {
                findings.report(VerifyCode.USED_TOO_EARLY, function, "`@%s` returns `%%%s`, which it does not define",
                        function.name(),
                        returned.value().name());
            }
        }
    }
}
