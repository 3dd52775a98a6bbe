package pleat.passes;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;

/** What a dump says. */
final class Dumps {
    private Dumps() {}

    static String text(TensorModule module, Optional<String> onlyFunction) {
        return Printer.print(onlyFunction.map(name -> only(module, name)).orElse(module));
    }

    private static TensorModule only(TensorModule module, String name) {
        var function = module.functions().get(name);
        if (function == null) {
            throw new UserException("there is no function `@" + name + "` to dump\n  = note: the functions are "
                    + String.join(", ", module.functions().keySet()));
        }
        return new TensorModule(module.name(), ImmutableMap.of(name, function), name);
    }
}
