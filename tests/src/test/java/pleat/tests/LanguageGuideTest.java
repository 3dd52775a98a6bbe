package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.frontend.format.Formatter;
import pleat.frontend.syntax.PleatLexer;
import pleat.ir.diagnostic.Source;
import pleat.ir.verify.Verifier;

/** What the documentation of the language says is so. */
final class LanguageGuideTest {
    private static final Pattern EXAMPLE = Pattern.compile("```pleat\n(.*?)```", Pattern.DOTALL);

    static List<Source> examples() throws IOException {
        var text = Files.readString(Goldens.root().resolve("docs/language.md"));
        var found = new ArrayList<Source>();
        EXAMPLE.matcher(text).results().map(match -> match.group(1))
                .forEach(example -> found.add(new Source("docs/language.md, example " + (found.size() + 1), example)));
        assertTrue(found.size() >= 9, "the examples were not found");
        return found;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void everyExampleCompiles(Source example) {
        var frontend = Frontend.of(List.of(example), Library.shipped());
        assertEquals(List.of(), frontend.program().warnings());
        frontend.program().main().forEach(
                module -> Verifier.verified(frontend.compile(module.name().text(), Request.NOTHING), "the frontend"));
        assertEquals(example.text(), Formatter.format(example));
    }

    /** Editors colour the words that the lexer knows. */
    @Test
    void theEditorGrammarHasEveryKeyword() throws IOException {
        var grammar = Files.readString(Goldens.root().resolve("docs/editor/pleat.tmLanguage.json"));
        var words = Pattern.compile("[a-z_]+").matcher(grammar).results().map(MatchResult::group).toList();
        IntStream.rangeClosed(1, PleatLexer.VOCABULARY.getMaxTokenType()).mapToObj(PleatLexer.VOCABULARY::getLiteralName)
                .filter(literal -> literal != null && literal.matches("'[a-z]+'")).map(literal -> literal.replace("'", ""))
                .forEach(keyword -> assertTrue(words.contains(keyword), () -> "the editor grammar lacks " + keyword));
    }
}
