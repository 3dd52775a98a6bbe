package pleat.cli.compile;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.cli.model.ModelName;
import pleat.cli.model.ModelRegistry;
import pleat.cli.model.Reference;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;

/** A module as a command names it. */
public sealed interface ModelReference {
    /** What {@link #parse} understands, for help texts. */
    String FORMS = "A name such as evoformer-block, a module such as EvoformerBlock or af2.evoformer:EvoformerBlock, or file.pleat[:Module].";

    /** A module of a source that comes with Pleat. */
    record Shipped(ModelName name) implements ModelReference {
        @Override
        public Frontend open() {
            return Frontend.ofImport(name.source(), Library.shipped());
        }

        @Override
        public String module(Frontend frontend) {
            return name.module();
        }

        @Override
        public String toString() {
            return name.toString();
        }
    }

    /**
     * A module of a user's file, which imports from its own folder first.
     *
     * @param name may be left out where the file has one module
     */
    record InFile(Path file, Optional<String> name) implements ModelReference {
        @Override
        public Frontend open() {
            return Frontend.of(List.of(new Source(file.toString(), SourceFiles.read(file))), Library.folder(folder()).or(Library.shipped()));
        }

        @Override
        public String module(Frontend frontend) {
            return name.orElseGet(() -> {
                var modules = frontend.program().main();
                if (modules.size() != 1) {
                    throw new UserException("`%s` has %d modules\n  = help: name one: %s:%s".formatted(file, modules.size(), file,
                            modules.isEmpty() ? "Module" : modules.getLast().name().text()));
                }
                return modules.getFirst().name().text();
            });
        }

        /** Where imports are looked for first. */
        public Path folder() {
            return file.toAbsolutePath().getParent();
        }

        @Override
        public String toString() {
            return name.map(module -> file + ":" + module).orElse(file.toString());
        }
    }

    /** Reads the sources; throws everything that is wrong in them. */
    Frontend open();

    /** The module's name in them. */
    String module(Frontend frontend);

    /** @param note takes what a user should know of how an ambiguous name was read */
    static ModelReference parse(String text, ModelRegistry registry, Consumer<String> note) {
        int colon = text.lastIndexOf(':');
        String file = text.endsWith(".pleat") ? text : colon > 0 ? text.substring(0, colon) : "";
        if (file.endsWith(".pleat")) {
            return new InFile(Path.of(file), text.equals(file) ? Optional.empty() : Optional.of(text.substring(colon + 1)));
        }
        if (colon > 0 && colon < text.length() - 1) {
            return new Shipped(ModelName.parse(text));
        }
        return new Shipped(registry.benchmark(text).orElseGet(() -> find(text, registry, note)));
    }

    /** The shipped module of that name; that of the first source in the registry's order where several have one. */
    private static ModelName find(String module, ModelRegistry registry, Consumer<String> note) {
        var sources = registry.references().stream().map(Reference::module).map(ModelName::source).distinct().toList();
        var found = sources.stream().filter(source -> Frontend.ofImport(source, Library.shipped()).program().main().stream()
                .anyMatch(known -> known.name().text().equals(module))).map(source -> new ModelName(source, module)).toList();
        if (found.isEmpty() && module.matches(".*\\.(npz|safetensors|pt|ckpt|plan)")) {
            throw new UserException("there is no file `" + module + "`");
        }
        if (found.isEmpty()) {
            throw new UserException("there is no model `%s`\n  = note: models with short names are %s; modules of %s go by their own names\n  = help: for a file, write file.pleat:Module"
                    .formatted(module, String.join(", ", registry.benchmarkNames()), String.join(", ", sources)));
        }
        found.stream().skip(1).forEach(other -> note.accept("note: `" + module + "` is " + found.getFirst() + "; there is " + other + " as well"));
        return found.getFirst();
    }
}
