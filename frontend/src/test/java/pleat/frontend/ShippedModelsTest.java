package pleat.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.frontend.Frontend.Request;
import pleat.frontend.syntax.Item;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;

/** Every module of every shipped source, with symbolic sizes, is right IR whose text reads back. */
final class ShippedModelsTest {
    static List<Source> sources() {
        return Shipped.sources();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sources")
    void compiles(Source source) {
        var frontend = Frontend.of(List.of(source), Shipped.library());
        assertEquals(List.of(), frontend.program().warnings());
        for (Item.Module module : frontend.program().main()) {
            if (!needsSettings(module)) {
                var compiled = Verifier.verified(frontend.compile(module.name().text(), Request.NOTHING), "the frontend");
                var text = Printer.print(compiled);
                assertEquals(text, Printer.print(Parser.parse("printed", text)));
            }
        }
    }

    /** Modules such as {@code Linear} have no defaults for everything. */
    private static boolean needsSettings(Item.Module module) {
        return module.name().span().source().name().startsWith("std/");
    }
}
