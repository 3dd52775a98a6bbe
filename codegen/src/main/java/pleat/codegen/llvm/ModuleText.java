package pleat.codegen.llvm;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The text of one LLVM module while it is being written: each function once, in the order of first demand. */
public final class ModuleText {
    private final Set<String> declarations = new LinkedHashSet<>();
    private final Map<String, String> definitions = new LinkedHashMap<>();

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

    /** The module as LLVM reads it. */
    public String text() {
        var text = new StringBuilder();
        declarations.forEach(declaration -> text.append(declaration).append('\n'));
        definitions.values().forEach(definition -> text.append('\n').append(definition));
        return text.toString();
    }
}
