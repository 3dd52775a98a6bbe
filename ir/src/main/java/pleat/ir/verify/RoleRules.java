package pleat.ir.verify;

import java.util.HashSet;
import java.util.Locale;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;

/** Only the entry function meets the outside world, and there every name is used once for each role. */
final class RoleRules {
    private RoleRules() {}

    static void check(Function function, TensorModule module, Findings findings) {
        if (function.name().equals(module.entry())) {
            entry(function, findings);
        } else {
            function.parameters().stream().filter(parameter -> parameter.role() != Role.PLAIN)
                    .forEach(parameter -> findings.report(VerifyCode.ROLE, function,
                            "`%%%s` has the role `%s`, but `@%s` is not the entry function", parameter.value().name(),
                            text(parameter.role()),
                            function.name()));
        }
    }

    private static void entry(Function entry, Findings findings) {
        record Key(Role role, String external) {}
        var taken = new HashSet<Key>();
        for (Parameter parameter : entry.parameters()) {
            var external = parameter.external();
            if (external.isEmpty()) {
                findings.report(VerifyCode.EXTERNAL_NAME, entry, "`%%%s` has no external name", parameter.value().name());
            } else if (parameter.role() != Role.PLAIN && !taken.add(new Key(parameter.role(), external))) {
                findings.report(VerifyCode.EXTERNAL_NAME, entry, "two parameters are the %s `%s`", text(parameter.role()),
                        external);
            }
            if (external.contains("{i}") && (!mayBeStacked(parameter) || parameter.value().type().rank() == 0)) {
                findings.report(VerifyCode.ROLE, entry, "`%%%s` is not a weight with a dim to stack along, but is called `%s`",
                        parameter.value().name(), external);
            }
        }
        var returned = new HashSet<String>();
        for (Return result : entry.returns()) {
            if (result.external().isEmpty()) {
                findings.report(VerifyCode.EXTERNAL_NAME, entry, "the output `%%%s` has no external name", result.value().name());
            } else if (!returned.add(result.external())) {
                findings.report(VerifyCode.EXTERNAL_NAME, entry, "two outputs are called `%s`", result.external());
            }
            entry.parameters().stream().filter(parameter -> parameter.role() == Role.STATE && parameter.external().equals(result.external())
                    && !parameter.value().type().equals(result.value().type())).forEach(parameter -> findings.report(VerifyCode.ROLE, entry,
                    "the state `%s` is %s, and %s for the next run", result.external(), parameter.value().type(), result.value().type()));
        }
    }

    private static boolean mayBeStacked(Parameter parameter) {
        return parameter.role() == Role.WEIGHT || parameter.role() == Role.STATE;
    }

    private static String text(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
