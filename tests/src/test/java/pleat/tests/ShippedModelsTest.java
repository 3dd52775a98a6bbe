package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.model.ModelName;
import pleat.cli.model.ModelRegistry;
import pleat.cli.model.Reference;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.Parser;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.ir.verify.PlanVerifier;
import pleat.ir.verify.Verifier;
import pleat.passes.BindSizes;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.StoreAs;
import pleat.passes.grad.Differentiate;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** Every module that comes with Pleat, at every stage down to its plan: it verifies, and its text says all of it. */
final class ShippedModelsTest {
    private static final Path SOURCES = Goldens.root().resolve("models/src/main/pleat");
    private static final long SMALL = 7;

    static List<ModelName> modules() throws IOException {
        var modules = new ArrayList<ModelName>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".pleat") && !file.startsWith(SOURCES.resolve("std"))).sorted().forEach(file -> {
                String source = SOURCES.relativize(file).toString().replace(".pleat", "").replace('/', '.');
                Frontend.ofImport(source, Library.shipped()).program().main()
                        .forEach(module -> modules.add(new ModelName(source, module.name().text())));
            });
        }
        assertFalse(modules.isEmpty());
        return modules;
    }

    static List<ModelName> registered() {
        var registry = ModelRegistry.load();
        return Stream.concat(registry.references().stream().map(Reference::module),
                registry.benchmarkNames().stream().map(name -> registry.benchmark(name).orElseThrow())).distinct().toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modules")
    void symbolicSizes(ModelName name) {
        assertRoundTrip(compile(name, Map.of()), "the frontend");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modules")
    void everyStageWithSizes(ModelName name) {
        var symbolic = compile(name, Map.of());
        var sizes = new LinkedHashMap<String, Long>();
        BindSizes.symbols(symbolic).forEach(symbol -> sizes.put(symbol.name(), SMALL));
        var prepared = PassManager.quiet().run(symbolic, Pipelines.prepare(sizes));
        assertRoundTrip(prepared, "prepare");
        assertPlansRoundTrip(prepared);
        if (!hasGradients(prepared)) {
            return;
        }
        var differentiated = PassManager.quiet().run(prepared, List.of(Differentiate.PASS));
        assertRoundTrip(differentiated, "differentiate");
        var cleaned = PassManager.quiet().run(differentiated, Pipelines.cleanUp());
        assertRoundTrip(cleaned, "clean-up");
        assertPlansRoundTrip(cleaned);
    }

    /** Functions of whole numbers, such as classes of relative positions, have none. */
    private static boolean hasGradients(TensorModule module) {
        return module.entryFunction().parameters().stream().anyMatch(parameter -> parameter.value().type().dtype().isFloating());
    }

    /** The plans, with their kernels; their memory is checked by the verifier, step by step. */
    private static void assertPlansRoundTrip(TensorModule module) {
        var tiled = PassManager.quiet().run(module, Pipelines.beforeTiling());
        assertRoundTrip(tiled, "before tiling");
        assertRoundTrip(StoreAs.of(DType.BF16).apply(tiled), "store-as");
        for (boolean fuse : List.of(true, false)) {
            var plan = PlanVerifier.verified(Placement.place(Scheduler.schedule(tiled, TileTarget.HOST, fuse), 1 << 16), "scheduling");
            String printed = PlanPrinter.print(plan);
            assertEquals(printed, PlanPrinter.print(PlanParser.parse(new Source("printed.ir", printed)).plan()));
            plan.kernels().values().stream().map(KernelPrinter::print)
                    .forEach(kernel -> assertEquals(kernel, Level.KERNEL.print(new Source("printed.ir", kernel))));
        }
    }

    /** A registry that names a module that is not there would be found out only by the one golden that needs it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("registered")
    void registryNamesModulesThatExist(ModelName name) {
        assertTrue(Frontend.ofImport(name.source(), Library.shipped()).program().main().stream()
                .anyMatch(module -> module.name().text().equals(name.module())));
    }

    private static TensorModule compile(ModelName name, Map<String, ConfigValue> values) {
        return Frontend.ofImport(name.source(), Library.shipped()).compile(name.module(), new Request(ImmutableMap.copyOf(values), ImmutableMap.of()));
    }

    private static void assertRoundTrip(TensorModule module, String maker) {
        String printed = Printer.print(Verifier.verified(module, maker));
        assertEquals(printed, Printer.print(Parser.parse("printed.ir", printed)));
    }
}
