package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
 * @param visible what each file sees, by the name of its source
 * @param main modules of the files themselves, not of what they import
 * @param warnings about the files themselves
 */
public record Program(ImmutableMap<String, Visible> visible, ImmutableList<Item.Module> main, ImmutableList<Diagnostic> warnings) {

    /** @throws pleat.ir.diagnostic.DiagnosticsException with everything that is wrong in the files or in what they import */
    public static Program load(List<Source> sources, Library library) {
        return new Loader(library).load(sources);
    }

    /** What a file of the program sees. */
    public Visible visibleFrom(Source source) {
        return visible.get(source.name());
    }

    private static final class Loader {
        private final Library library;
        private final Diagnostics diagnostics = new Diagnostics();
        private final Map<String, List<Item>> items = new LinkedHashMap<>();
        private final Deque<Source> waiting = new ArrayDeque<>();

        Loader(Library library) {
            this.library = library;
        }

        Program load(List<Source> sources) {
            sources.forEach(source -> items.put(source.name(), List.of()));
            var files = sources.stream().map(this::file).flatMap(Optional::stream).toList();
            var standard = Library.STANDARD.stream().map(path -> library.find(path)
                    .orElseThrow(() -> new IllegalStateException("the library lacks " + path)))
                    .map(file -> among(sources, file)).toList();
            standard.stream().filter(file -> !items.containsKey(file.name())).forEach(this::enqueue);
            while (!waiting.isEmpty()) {
                file(waiting.remove());
            }
            var together = sources.stream().flatMap(source -> items.get(source.name()).stream()).toList();
            var everywhere = standard.stream().flatMap(source -> items.get(source.name()).stream()).toList();
            items.forEach((file, own) -> once(Stream.of(everywhere, has(sources, file) ? together : own).flatMap(List::stream)
                    .distinct().toList()));
            diagnostics.throwIfErrors();
            var visible = new LinkedHashMap<String, Visible>();
            items.keySet().forEach(file -> visible.put(file, visible(file, sources, together, everywhere)));
            check(visible);
            var main = new ArrayList<Item.Module>();
            files.forEach(file -> file.items().stream().filter(Item.Module.class::isInstance)
                    .forEach(item -> main.add((Item.Module) item)));
            return new Program(ImmutableMap.copyOf(visible), ImmutableList.copyOf(main), warnings(files));
        }

        private void check(Map<String, Visible> visible) {
            items.forEach((file, own) -> own.forEach(item -> {
                switch (item) {
                    case Item.Module module -> new NameCheck(module, visible.get(file), diagnostics).run();
                    case Item.ScalarFunction scalar -> NameCheck.scalar(scalar, visible.get(file), diagnostics);
                    case Item.Import _ -> { }
                }
            }));
            diagnostics.throwIfErrors();
        }

        /** The files that are compiled together see each other. */
        private Visible visible(String file, List<Source> sources, List<Item> together, List<Item> everywhere) {
            var collector = new Visible.Collector();
            var own = items.get(file);
            collector.near(own);
            if (has(sources, file)) {
                collector.near(together);
            }
            collector.near(everywhere);
            own.stream().filter(Item.Import.class::isInstance).map(use -> use.name().text()).distinct()
                    .forEach(name -> collector.imported(name, items.get(path(name))));
            return collector.visible();
        }

        /** A file of the standard library may itself be what is compiled, under another path. */
        private static Source among(List<Source> sources, Source standard) {
            return sources.stream().filter(source -> source.text().equals(standard.text())).findFirst().orElse(standard);
        }

        private static boolean has(List<Source> sources, String file) {
            return sources.stream().anyMatch(source -> source.name().equals(file));
        }

        private ImmutableList<Diagnostic> warnings(List<SourceFile> files) {
            var own = files.stream().map(SourceFile::source).toList();
            return diagnostics.sorted().stream().filter(d -> d.severity() == Severity.WARNING && own.contains(d.span().source()))
                    .collect(ImmutableList.toImmutableList());
        }

        private Optional<SourceFile> file(Source source) {
            var file = Syntax.parse(source, diagnostics);
            file.ifPresent(parsed -> {
                items.put(source.name(), parsed.items());
                parsed.items().forEach(item -> include(item, source));
            });
            return file;
        }

        private void include(Item item, Source from) {
            if (!(item instanceof Item.Import use) || items.containsKey(path(use.name().text()))) {
                return;
            }
            library.find(path(use.name().text())).ifPresentOrElse(this::enqueue,
                    () -> diagnostics.report(Diagnostic.of(CheckCode.UNKNOWN_IMPORT, use.name().span(), "there is no file `%s`",
                            path(use.name().text()))
                            .note("looked for it beside `%s` and among the shipped models", from.name())));
        }

        private void enqueue(Source source) {
            items.put(source.name(), List.of());
            waiting.add(source);
        }

        private static String path(String name) {
            return name.replace('.', '/') + ".pleat";
        }

        /** Reports what is defined twice where all of it is seen under its short name. */
        private void once(List<Item> defined) {
            var before = new LinkedHashMap<String, Item>();
            for (Item item : defined) {
                if (item instanceof Item.Import) {
                    continue;
                }
                var other = before.putIfAbsent(item.name().text(), item);
                if (other != null) {
                    diagnostics.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, item.name().span(), "`%s` is defined twice",
                            item.name())
                            .label(other.name().span(), "the other definition"));
                } else if (Builtins.isKnown(item.name().text())) {
                    diagnostics.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, item.name().span(),
                            "`%s` is a function of the language", item.name())
                            .help("choose another name"));
                }
            }
        }
    }
}
