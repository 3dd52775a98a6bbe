package pleat.codegen.llvm;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The text of one LLVM module while it is being written: each function once, in the order of first demand. Modules that end
 * up in one shared object may have a common library, in which the functions that they share are compiled once.
 */
public final class ModuleText {
    private final Optional<ModuleText> library;
    private final String linkage;
    private final Set<String> declarations = new LinkedHashSet<>();
    private final Map<String, String> definitions = new LinkedHashMap<>();

    private ModuleText(Optional<ModuleText> library, String linkage) {
        this.library = library;
        this.linkage = linkage;
    }

    /** A module that holds all that it needs. */
    public ModuleText() {
        this(Optional.empty(), "internal");
    }

    /** A module that leaves its shared functions to a library, which is to be compiled too and linked with it. */
    public ModuleText(ModuleText library) {
        this(Optional.of(library), "internal");
    }

    /** An empty library for other modules. */
    public static ModuleText library() {
        return new ModuleText(Optional.empty(), "hidden");
    }

    /** Declares a function that LLVM or another module provides, as in {@code declare float @llvm.sqrt.f32(float)}. */
    public void declare(String declaration) {
        declarations.add(declaration);
    }

    /**
     * Adds a function if it is not there yet.
     *
     * @param name with its leading {@code @}
     * @param definition writes the whole {@code define ... }}; called at most once per name
     * @return the name, ready to be called
     */
    public String define(String name, Supplier<String> definition) {
        if (!definitions.containsKey(name)) {
            definitions.put(name, ""); // holds the place: what the definition itself demands comes after it
            definitions.put(name, definition.get());
        }
        return name;
    }

    /** Writes a function's blocks; what it demands in turn, it demands from the module that it stands in. */
    public interface Body {
        void write(ModuleText home, FunctionText f);
    }

    /**
     * Adds a function that is worth compiling once for all modules, and is never inlined.
     *
     * @param parameters as in {@code ptr %a, i64 %n}; the result is {@code void}
     */
    public String share(String name, String parameters, Body body) {
        ModuleText home = library.orElse(this);
        home.define(name, () -> {
            var f = new FunctionText("define %s void %s(%s) noinline nounwind".formatted(home.linkage, name, parameters));
            f.label("entry");
            body.write(home, f);
            f.line("ret void");
            return f.close();
        });
        if (home != this) {
            declare("declare hidden void %s(%s)".formatted(name, parameters));
        }
        return name;
    }

    /** Whether nothing was demanded, so that there is nothing to compile. */
    public boolean isEmpty() {
        return definitions.isEmpty();
    }

    /** The module as LLVM reads it. */
    public String text() {
        var text = new StringBuilder();
        declarations.forEach(declaration -> text.append(declaration).append('\n'));
        definitions.values().forEach(definition -> text.append('\n').append(definition));
        return text.toString();
    }
}
