package pleat.passes;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import pleat.ir.derive.Cost;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;

/** What a dump says. */
final class Dumps {
    private Dumps() {}

    /** The text of the module or of one function, with what each op costs as a comment behind it if that is asked for. */
    static String text(TensorModule module, Optional<String> onlyFunction, boolean withFacts) {
        var shown = onlyFunction.map(name -> only(module, name)).orElse(module);
        if (!withFacts) {
            return Printer.print(shown);
        }
        return Invariant.BOUND_SIZES.holds(module) ? withFacts(shown, module)
                : "; no op facts: sizes are not bound\n" + Printer.print(shown);
    }

    private static TensorModule only(TensorModule module, String name) {
        var function = module.functions().get(name);
        if (function == null) {
            throw new UserException("there is no function `@" + name + "` to dump\n  = note: the functions are "
                    + String.join(", ", module.functions().keySet()));
        }
        return new TensorModule(module.name(), ImmutableMap.of(name, function), name, module.device());
    }

    private static String withFacts(TensorModule shown, TensorModule module) {
        var printed = Printer.printWithSpans(shown);
        var text = new StringBuilder(printed.text());
        // From the back, so that the places in front stay where the spans say.
        for (Function function : shown.functions().values().asList().reverse()) {
            for (Op op : function.body().reverse()) {
                var cost = Cost.of(op, module);
                text.insert(printed.spans().of(op).end(), "  ; " + cost.flops() + " flops, " + cost.bytes() + " bytes");
            }
        }
        return text.toString();
    }
}
