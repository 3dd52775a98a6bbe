package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.Main;
import pleat.features.FeatureCode;
import pleat.frontend.check.CheckCode;
import pleat.frontend.syntax.SyntaxCode;
import pleat.ir.diagnostic.Code;
import pleat.ir.text.TextCode;
import pleat.ir.verify.KernelCode;
import pleat.ir.verify.LaneCode;
import pleat.ir.verify.PlanCode;
import pleat.ir.verify.VerifyCode;

/** What the pages say of the repository is so: their links, the commands they show, the files they name, and the tables of codes. */
final class DocsTest {
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ *\\./pleat ([^#>\n]+)");
    private static final Pattern INLINE = Pattern.compile("`\\./pleat ([^`>\n]+)[^`\n]*`");
    private static final Pattern FILE = Pattern.compile("`((?:ir|frontend|passes|codegen|runtime|models|cli|tests|docs|bench|bin)/[\\w./-]+)`");

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(Goldens.root().resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md", "examples/README.md").map(Goldens.root()::resolve),
                    files.filter(file -> file.toString().endsWith(".md"))).sorted().toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) throws IOException {
        LINK.matcher(Files.readString(page)).results().map(link -> link.group(1))
                .forEach(link -> assertTrue(Files.exists(page.resolveSibling(link)), () -> page + " links to " + link));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void filesThatAreNamedExist(Path page) throws IOException {
        FILE.matcher(Files.readString(page)).results().map(file -> file.group(1))
                .forEach(file -> assertTrue(Files.exists(Goldens.root().resolve(file)), () -> page + " names " + file));
    }

    /** Every command has its options; nothing is run. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void commandsAreOnesThatThereAre(Path page) throws IOException {
        String text = Files.readString(page);
        Stream.concat(COMMAND.matcher(text).results(), INLINE.matcher(text).results()).map(command -> command.group(1).strip())
                .forEach(command -> assertDoesNotThrow(() -> parse(command), () -> page + " shows ./pleat " + command));
    }

    private static void parse(String command) {
        var pleat = Main.commandLine();
        if (!pleat.getSubcommands().containsKey(command)) { // where a page only names it, it needs no arguments
            pleat.parseArgs(arguments(command));
        }
    }

    /** Words as a shell splits them; of alternatives such as {@code plan|native} the first. */
    private static String[] arguments(String command) {
        return Pattern.compile("(?:[^\\s']|'[^']*')+").matcher(command).results().map(word -> word.group().replace("'", ""))
                .map(word -> word.contains("|") ? word.substring(0, word.indexOf('|')) : word).toArray(String[]::new);
    }

    @Test
    void theIndexHasEveryPage() throws IOException {
        String index = Files.readString(Goldens.root().resolve("docs/README.md"));
        var docs = Goldens.root().resolve("docs");
        pages().stream().filter(page -> page.startsWith(docs) && !page.equals(docs.resolve("README.md"))).map(docs::relativize)
                .forEach(page -> assertTrue(index.contains("](" + page + ")"), () -> "docs/README.md does not list " + page));
    }

    /** An ADR is looked up by its number, so no two have one. */
    @Test
    void decisionsAreNumberedOnce() throws IOException {
        var numbers = pages().stream().filter(page -> page.getParent().endsWith("adr"))
                .map(page -> page.getFileName().toString().substring(0, 4)).toList();
        assertFalse(numbers.isEmpty());
        assertEquals(numbers.stream().distinct().toList(), numbers);
    }

    @Test
    void theTablesOfCodesAreTheCodes() throws IOException {
        var file = Goldens.root().resolve("docs/diagnostics.md");
        var tables = List.of(rows(SyntaxCode.values(), CheckCode.values()), rows(FeatureCode.values()),
                rows(TextCode.values(), VerifyCode.values(), KernelCode.values(), PlanCode.values(), LaneCode.values()));
        var written = new ArrayList<String>();
        int table = 0;
        for (String line : Files.readAllLines(file)) {
            if (!line.matches("[|] [FDI][0-9].*")) {
                written.add(line);
            }
            if (line.equals("|---|---|")) {
                written.addAll(tables.get(table++));
            }
        }
        assertEquals(tables.size(), table);
        String text = String.join("\n", written) + "\n";
        if (System.getProperty("golden", "").equals("bless")) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), "mvn test -Dgolden=bless rewrites docs/diagnostics.md");
    }

    private static List<String> rows(Code[]... codes) {
        return Stream.of(codes).flatMap(Stream::of).map(code -> "| " + code.id() + " | " + code.summary() + " |").toList();
    }
}
