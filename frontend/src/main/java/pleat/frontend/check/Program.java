package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.SourceFile;
import pleat.frontend.syntax.Syntax;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Severity;
import pleat.ir.diagnostic.Source;

/**
 * Every definition of some files, of what they import, and of the standard library; names are known to be right.
 *
 * @param main modules of the files themselves, not of what they import
 * @param warnings about the files themselves
 */
public record Program(ImmutableMap<String, Item.Module> modules, ImmutableMap<String, Item.ScalarFunction> scalars,
        ImmutableList<Item.Module> main, ImmutableList<Diagnostic> warnings) {

    /** @throws pleat.ir.diagnostic.DiagnosticsException with everything that is wrong in the files or in what they import */
    public static Program load(List<Source> sources, Library library) {
        return new Loader(library).load(sources);
    }

    private static final class Loader {
        private final Library library;
        private final Diagnostics diagnostics = new Diagnostics();
        private final Map<String, Item.Module> modules = new LinkedHashMap<>();
        private final Map<String, Item.ScalarFunction> scalars = new LinkedHashMap<>();
        private final Set<String> loaded = new LinkedHashSet<>();
        private final Deque<Source> waiting = new ArrayDeque<>();

        Loader(Library library) {
            this.library = library;
        }

        Program load(List<Source> sources) {
            sources.forEach(source -> loaded.add(source.name()));
            var files = sources.stream().map(this::file).flatMap(Optional::stream).toList();
            Library.STANDARD.stream().filter(loaded::add).map(path -> library.find(path)
                    .orElseThrow(() -> new IllegalStateException("the library lacks " + path)))
                    .filter(standard -> !isAmong(sources, standard)).forEach(waiting::add);
            while (!waiting.isEmpty()) {
                file(waiting.remove());
            }
            diagnostics.throwIfErrors();
            modules.values().forEach(module -> new NameCheck(module, modules, scalars, diagnostics).run());
            scalars.values().forEach(scalar -> NameCheck.scalar(scalar, scalars, diagnostics));
            diagnostics.throwIfErrors();
            var main = new ArrayList<Item.Module>();
            files.forEach(file -> file.items().stream().filter(Item.Module.class::isInstance)
                    .forEach(item -> main.add((Item.Module) item)));
            return new Program(ImmutableMap.copyOf(modules), ImmutableMap.copyOf(scalars), ImmutableList.copyOf(main),
                    warnings(files));
        }

        /** A file of the standard library may itself be what is compiled, under another path. */
        private static boolean isAmong(List<Source> sources, Source standard) {
            return sources.stream().anyMatch(source -> source.text().equals(standard.text()));
        }

        private ImmutableList<Diagnostic> warnings(List<SourceFile> files) {
            var own = files.stream().map(SourceFile::source).toList();
            return diagnostics.sorted().stream().filter(d -> d.severity() == Severity.WARNING && own.contains(d.span().source()))
                    .collect(ImmutableList.toImmutableList());
        }

        private Optional<SourceFile> file(Source source) {
            var file = Syntax.parse(source, diagnostics);
            file.ifPresent(parsed -> parsed.items().forEach(item -> {
                switch (item) {
                    case Item.Import use -> include(use, source);
                    case Item.Module module -> define(module, modules.putIfAbsent(module.name().text(), module),
                            scalars.get(module.name().text()));
                    case Item.ScalarFunction scalar -> define(scalar, scalars.putIfAbsent(scalar.name().text(), scalar),
                            modules.get(scalar.name().text()));
                }
            }));
            return file;
        }

        private void include(Item.Import use, Source from) {
            var path = use.name().text().replace('.', '/') + ".pleat";
            if (loaded.add(path)) {
                library.find(path).ifPresentOrElse(waiting::add, () -> diagnostics.report(Diagnostic.of(CheckCode.UNKNOWN_IMPORT,
                        use.name().span(), "there is no file `%s`", path)
                        .note("looked for it beside `%s` and among the shipped models", from.name())));
            }
        }

        private void define(Item item, Item same, Item other) {
            var before = same != null ? same : other;
            if (before != null) {
                diagnostics.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, item.name().span(), "`%s` is defined twice",
                        item.name())
                        .label(before.name().span(), "the other definition"));
            } else if (Builtins.isKnown(item.name().text())) {
                diagnostics.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, item.name().span(),
                        "`%s` is a function of the language", item.name())
                        .help("choose another name"));
            }
        }
    }
}
