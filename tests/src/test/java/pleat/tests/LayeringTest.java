package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Which part may know which. Maven keeps the modules apart as long as nobody adds a dependency to a pom; this also sees that,
 * and it sees inside {@code ir}. A wanted new arrow is added to the table below, in the commit that needs it and says why.
 */
final class LayeringTest {
    private static final Map<String, Set<String>> MODULES = Map.of(
            "ir", Set.of(),
            "frontend", Set.of("ir"),
            "passes", Set.of("ir"),
            "codegen", Set.of("ir"),
            "runtime", Set.of("ir"),
            // Of the IR only how a user's mistake is said.
            "features", Set.of("ir", "runtime"),
            "cli", Set.of("ir", "frontend", "passes", "codegen", "runtime", "features"),
            "tests", Set.of("ir", "frontend", "passes", "codegen", "runtime", "features", "cli"),
            "bench", Set.of("ir", "frontend", "passes", "codegen", "runtime", "features", "cli"));

    private static final Map<String, Set<String>> IR_PACKAGES = Map.ofEntries(
            Map.entry("diagnostic", Set.of()),
            Map.entry("type", Set.of("diagnostic")),
            Map.entry("index", Set.of("diagnostic", "type")),
            Map.entry("mesh", Set.of("type", "index")),
            Map.entry("tensor", Set.of("diagnostic", "type", "index", "mesh")),
            Map.entry("kernel", Set.of("diagnostic", "type", "index")),
            Map.entry("lane", Set.of()),
            Map.entry("plan", Set.of("diagnostic", "type", "index", "mesh", "kernel")),
            Map.entry("derive", Set.of("diagnostic", "type", "index", "mesh", "tensor")),
            // Both show the line of the op that they complain about.
            Map.entry("interp", Set.of("diagnostic", "type", "index", "mesh", "tensor", "kernel", "plan", "derive", "text")),
            Map.entry("verify", Set.of("diagnostic", "type", "index", "mesh", "tensor", "kernel", "lane", "plan", "derive", "text")),
            Map.entry("text", Set.of("diagnostic", "type", "index", "mesh", "tensor", "kernel", "lane", "plan", "derive")));

    /** Packages, and the classes that stand beside them. */
    private static final Map<String, Set<String>> FRONTEND_PARTS = Map.of(
            "syntax", Set.of(),
            "ConfigValue", Set.of(),
            "check", Set.of("syntax", "ConfigValue"),
            "lower", Set.of("syntax", "ConfigValue", "check"),
            "format", Set.of("syntax"),
            "ModuleSignature", Set.of("syntax", "check"),
            "Frontend", Set.of("syntax", "ConfigValue", "check", "lower", "ModuleSignature"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("pleat");

    @Test
    void modulesKnowOnlyWhatStandsBelowThem() {
        assertOnlyAllowed(MODULES, type -> component(type, 1));
    }

    @Test
    void packagesOfTheIrKnowOnlyWhatStandsBelowThem() {
        assertOnlyAllowed(IR_PACKAGES, type -> type.startsWith("pleat.ir.") ? component(type, 2) : "");
    }

    @Test
    void partsOfTheFrontendKnowOnlyWhatStandsBelowThem() {
        assertOnlyAllowed(FRONTEND_PARTS, type -> type.startsWith("pleat.frontend.") ? component(type, 2).split("[$]")[0] : "");
    }

    /** Features are made of files, and go into files: no compiler is near. */
    @Test
    void featuresKnowOnlyMessagesAndFiles() {
        var known = CLASSES.stream().filter(type -> type.getName().startsWith("pleat.features."))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getBaseComponentType().getName())
                .filter(name -> name.startsWith("pleat.") && !name.startsWith("pleat.features."))
                .map(name -> component(name, 1) + "." + component(name, 2)).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("ir.diagnostic", "runtime.io"), known);
    }

    @Test
    void everyModuleWithCodeWasRead() {
        Set<String> seen = CLASSES.stream().map(type -> component(type.getName(), 1)).collect(Collectors.toSet());
        assertTrue(seen.containsAll(Set.of("ir", "frontend", "passes", "codegen", "features", "cli")), "read only " + seen);
    }

    /** {@code partOf} gives the part a class belongs to, or an empty string for a class that the table does not speak of. */
    private static void assertOnlyAllowed(Map<String, Set<String>> allowed, UnaryOperator<String> partOf) {
        var forbidden = new TreeSet<String>();
        for (JavaClass type : CLASSES) {
            String from = partOf.apply(type.getName());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getBaseComponentType().getName();
                String to = target.startsWith("pleat.") ? partOf.apply(target) : "";
                if (!from.isEmpty() && !to.isEmpty() && !from.equals(to) && !allowed.getOrDefault(from, Set.of()).contains(to)) {
                    forbidden.add(from + " -> " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertEquals("", String.join("\n", forbidden));
    }

    private static String component(String typeName, int position) {
        return typeName.split("[.]")[position];
    }
}
