package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostic;

/**
 * The definitions that a file sees: its own, those of the standard library, and those of the files that it imports. An own definition hides an
 * imported one of the same name. The definitions of imported files also have long names, {@code shapes.blocks.Block}.
 *
 * @param ambiguous names that several imported files define, and their definitions
 */
public record Visible(ImmutableMap<String, Item.Module> modules, ImmutableMap<String, Item.ScalarFunction> scalars,
        ImmutableMap<String, ImmutableList<Item>> ambiguous) {

    /** The diagnostic for a short name that stands for several things. */
    Diagnostic ambiguity(Name name) {
        var candidates = ambiguous.get(name.text());
        var diagnostic = Diagnostic.of(CheckCode.AMBIGUOUS_NAME, name.span(), "several imported files define `%s`", name);
        for (Item candidate : candidates) {
            diagnostic = diagnostic.label(candidate.name().span(), "one of them");
        }
        return diagnostic.help("write `%s`", longName(importName(candidates.getFirst()), candidates.getFirst()));
    }

    /** The name by which the file of a definition is imported. */
    private static String importName(Item item) {
        var path = item.name().span().source().name();
        return path.substring(0, path.length() - ".pleat".length()).replace('/', '.');
    }

    static String longName(String file, Item item) {
        return file + "." + item.name();
    }

    /** Collects what one file sees, the nearest first. */
    static final class Collector {
        private final Map<String, Item> near = new LinkedHashMap<>();
        private final Map<String, ImmutableList<Item>> imported = new LinkedHashMap<>();

        /** Definitions that hide imported ones; names are known to be different. */
        void near(List<Item> items) {
            definitions(items).forEach(item -> near.putIfAbsent(item.name().text(), item));
        }

        void imported(String file, List<Item> items) {
            for (Item item : definitions(items)) {
                near.putIfAbsent(longName(file, item), item);
                imported.merge(item.name().text(), ImmutableList.of(item),
                        (left, right) -> ImmutableList.<Item>builder().addAll(left).addAll(right).build());
            }
        }

        /** An import has a name too, which may be that of a definition. */
        private static List<Item> definitions(List<Item> items) {
            return items.stream().filter(item -> !(item instanceof Item.Import)).toList();
        }

        Visible visible() {
            var ambiguous = new LinkedHashMap<String, ImmutableList<Item>>();
            imported.forEach((name, items) -> {
                if (!near.containsKey(name)) {
                    if (items.size() == 1) {
                        near.put(name, items.getFirst());
                    } else {
                        ambiguous.put(name, items);
                    }
                }
            });
            var modules = new LinkedHashMap<String, Item.Module>();
            var scalars = new LinkedHashMap<String, Item.ScalarFunction>();
            near.forEach((name, item) -> {
                switch (item) {
                    case Item.Module module -> modules.put(name, module);
                    case Item.ScalarFunction scalar -> scalars.put(name, scalar);
                    case Item.Import _ -> { }
                }
            });
            return new Visible(ImmutableMap.copyOf(modules), ImmutableMap.copyOf(scalars), ImmutableMap.copyOf(ambiguous));
        }
    }
}
