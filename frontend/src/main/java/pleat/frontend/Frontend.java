package pleat.frontend;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.frontend.check.Binder;
import pleat.frontend.check.Library;
import pleat.frontend.check.Program;
import pleat.frontend.lower.ModuleCompiler;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;

/** From model sources to the tensor IR. */
public final class Frontend {
    private final Program program;

    private Frontend(Program program) {
        this.program = program;
    }

    /**
     * What a module is compiled for.
     *
     * @param values settings and sizes by name
     * @param shapes shapes of inputs by name, from which sizes are solved; those of some inputs are enough
     */
    public record Request(ImmutableMap<String, ConfigValue> values, ImmutableMap<String, List<Long>> shapes) {
        public static final Request NOTHING = new Request(ImmutableMap.of(), ImmutableMap.of());

        public static Request of(Map<String, ConfigValue> config, Map<String, Long> sizes) {
            var values = new LinkedHashMap<>(config);
            sizes.forEach((name, size) -> values.put(name, ConfigValue.of(size)));
            return new Request(ImmutableMap.copyOf(values), ImmutableMap.of());
        }
    }

    /** Reads sources, what they import, and the standard library; throws everything that is wrong in one exception. */
    public static Frontend of(List<Source> sources, Library library) {
        return new Frontend(Program.load(sources, library));
    }

    /** A source of the library by the name it is imported by, such as {@code shapes.blocks}. */
    public static Frontend ofImport(String name, Library library) {
        var path = name.replace('.', '/') + ".pleat";
        var source = library.find(path).orElseThrow(() -> new UserException("there is no model source `" + path + "`"));
        return of(List.of(source), library);
    }

    /** Compiles a module of the sources, with the shipped library, in one step. */
    public static TensorModule compile(List<Source> sources, String module, Map<String, ConfigValue> config,
            Map<String, Long> sizes) {
        return of(sources, Library.shipped()).compile(module, Request.of(config, sizes));
    }

    public Program program() {
        return program;
    }

    /** What a module takes, gives and can be set to. */
    public ModuleSignature signature(String module) {
        return ModuleSignature.of(ModuleCompiler.find(program, module));
    }

    /** The module as the entry function {@code main}; throws everything that is wrong in one exception. */
    public TensorModule compile(String module, Request request) {
        var diagnostics = new Diagnostics();
        var declared = ModuleCompiler.find(program, module);
        var binder = new Binder(declared, declared.name().span(), diagnostics::report);
        request.values().forEach((name, value) -> binder.give(new Name(name, declared.name().span()), value));
        var bindings = binder.bindEntry(ModuleCompiler.arguments(declared, new ArrayList<>(request.shapes().entrySet())));
        diagnostics.throwIfErrors();
        return ModuleCompiler.compile(program, declared, bindings.orElseThrow());
    }
}
