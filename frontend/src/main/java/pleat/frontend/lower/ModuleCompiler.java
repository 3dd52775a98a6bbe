package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import pleat.frontend.check.Binder.Argument;
import pleat.frontend.check.Bindings;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Constants;
import pleat.frontend.check.ElementTypes;
import pleat.frontend.check.Presence;
import pleat.frontend.check.Program;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.TypeSyntax;
import pleat.ir.derive.Normalize;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Compiles one module of a program as the entry of a module of the tensor IR, in normal form. */
public final class ModuleCompiler {
    private ModuleCompiler() {}

    /** A module by its name, first in the files themselves, then in what they import. */
    public static Item.Module find(Program program, String name) {
        return program.visible().values().stream().map(visible -> visible.modules().get(name)).filter(Objects::nonNull)
                .findFirst().orElseThrow(() -> new UserException("the sources define no module `" + name
                + "`\n  = note: they define "
                + String.join(", ", program.main().stream().map(known -> "`" + known.name() + "`").toList())));
    }

    /** Shapes of inputs as arguments; a shape under a name that the module does not have is left out. */
    public static Map<String, Argument> arguments(Item.Module module, List<Entry<String, List<Long>>> shapes) {
        var arguments = new LinkedHashMap<String, Argument>();
        for (var shape : shapes) {
            module.signature().inputs().stream().filter(input -> input.name().text().equals(shape.getKey())).forEach(input -> {
                var dtype = ElementTypes.of(input.type(), _ -> { }).orElse(DType.F32);
                var type = TensorType.of(dtype, shape.getValue().stream().map(Dim::of).toList());
                arguments.put(shape.getKey(), new Argument(type, input.name().span(), shape.getKey()));
            });
        }
        return arguments;
    }

    /** @throws pleat.ir.diagnostic.DiagnosticsException with everything that is wrong */
    public static TensorModule compile(Program program, Item.Module module, Bindings bindings) {
        var diagnostics = new Diagnostics();
        var session = new Session(program, diagnostics);
        var types = inputTypes(module, bindings, diagnostics);
        diagnostics.throwIfErrors();
        new ModuleElaborator(session, module, bindings).entry(types);
        diagnostics.throwIfErrors();
        return normalized(new TensorModule(module.name().text(), session.functions(), "main"));
    }

    private static List<TensorType> inputTypes(Item.Module module, Bindings bindings, Diagnostics diagnostics) {
        var types = new ArrayList<TensorType>();
        var present = new Presence(module, bindings.values(), diagnostics::report).present();
        for (var input : present.signature().inputs()) {
            var dims = new ArrayList<Dim>();
            for (var size : input.type().sizes()) {
                switch (size) {
                    case TypeSyntax.Rest(String name, _) -> dims.addAll(bindings.rests().getOrDefault(name,
                            ImmutableList.of()));
                    case TypeSyntax.Extent(var extent) -> new Constants(bindings.values(), diagnostics::report).size(extent)
                            .ifPresent(dims::add);
                }
            }
            var dtype = ElementTypes.of(input.type(), diagnostics::report).orElse(DType.F32);
            if (!Limits.fits(dims, dtype)) {
                diagnostics.report(Diagnostic.of(CheckCode.BAD_SIZE, input.type().span(),
                        "a tensor of this type has more than 2^60 bytes"));
            }
            types.add(TensorType.of(dtype, dims));
        }
        return types;
    }

    private static TensorModule normalized(TensorModule module) {
        var result = module;
        for (Function function : module.functions().values()) {
            result = result.with(function.withBody(function.body().stream()
                    .map(op -> op instanceof Op.Compute compute ? Normalize.of(compute) : op).toList()));
        }
        return result;
    }
}
