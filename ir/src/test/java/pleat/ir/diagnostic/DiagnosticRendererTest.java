package pleat.ir.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiagnosticRendererTest {
    private enum Example implements Code {
        TWO_SIZES;

        @Override
        public String id() {
            return "F0107";
        }

        @Override
        public String summary() {
            return "an axis has two sizes";
        }
    }

    private static final String TEXT = """
            ## Outgoing edges.
            module Product(a: [N, N, 128], b: [N, M, 128]) {

            \treturn sum(k) a[i,k,c] * b[j,k,c]
            }
            """;

    private static Span find(Source source, String what, int from) {
        int start = source.text().indexOf(what, from);
        return new Span(source, start, start + what.length());
    }

    @Test
    void bothSidesOfAMismatchAreLabelled() {
        var source = new Source("models/trimul.pleat", TEXT);
        var left = find(source, "k", TEXT.indexOf("a[i"));
        var right = find(source, "k", TEXT.indexOf("b[j"));
        var shown = DiagnosticRenderer.render(Diagnostic.of(Example.TWO_SIZES, right, "axis `%s` has two sizes", "k")
                .here("`k` is dim 1 of `b`, size `M`")
                .label(left, "`k` is dim 1 of `a`, size `N`")
                .label(find(source, "b: [N, M, 128]", 0), "`b` is declared here")
                .note("an axis has one size; `N` and `M` are different symbols,\nso they may differ at run time")
                .help("if they are always equal, write `b: [N, N, 128]`"));
        assertEquals("""
                error[F0107]: axis `k` has two sizes
                 --> models/trimul.pleat:4:31
                  |
                2 | module Product(a: [N, N, 128], b: [N, M, 128]) {
                  |                                -------------- `b` is declared here
                ...
                4 |     return sum(k) a[i,k,c] * b[j,k,c]
                  |                       -          ^ `k` is dim 1 of `b`, size `M`
                  |                       `k` is dim 1 of `a`, size `N`
                  = note: an axis has one size; `N` and `M` are different symbols,
                          so they may differ at run time
                  = help: if they are always equal, write `b: [N, N, 128]`""", shown);
    }

    @Test
    void aSpanAtTheEndOfTheTextHasACaretOfItsOwn() {
        var source = new Source("x.pleat", "module A {");
        var end = new Span(source, source.text().length(), source.text().length());
        assertEquals("""
                error[F0107]: the file ends inside `A`
                 --> x.pleat:1:11
                  |
                1 | module A {
                  |           ^ expected `}`""", DiagnosticRenderer.render(
                Diagnostic.of(Example.TWO_SIZES, end, "the file ends inside `A`").here("expected `}`")));
    }

    @Test
    void aPlaceInAnotherSourceIsNamed() {
        var main = new Source("a.pleat", "use B\n");
        var other = new Source("b.pleat", "module B\r\n");
        assertEquals("""
                error[F0107]: `B` is used
                 --> a.pleat:1:5
                  |
                1 | use B
                  |     ^
                 ::: b.pleat:1:8
                  |
                1 | module B
                  |        - and defined here""", DiagnosticRenderer.render(
                Diagnostic.of(Example.TWO_SIZES, find(main, "B", 0), "`B` is used")
                .label(find(other, "B", 0), "and defined here")));
    }

    @Test
    void reportedByPositionAndAtMostTwenty() {
        var source = new Source("x.pleat", "a".repeat(30));
        var diagnostics = new Diagnostics();
        IntStream.range(0, 25).map(i -> 24 - i)
                .forEach(i -> diagnostics.report(Diagnostic.of(Example.TWO_SIZES, new Span(source, i, i + 1), "number " + i)));
        diagnostics.report(Diagnostic.of(Example.TWO_SIZES, new Span(source, 3, 4), "number 3"));
        var thrown = assertThrows(DiagnosticsException.class, diagnostics::throwIfErrors);
        assertEquals(25, thrown.diagnostics().size());
        assertTrue(thrown.getMessage().startsWith("error[F0107]: number 0\n"), thrown.getMessage());
        assertTrue(thrown.getMessage().endsWith("\n\n5 more diagnostics are not shown"), thrown.getMessage());
        assertEquals(1, thrown.exitCode());
    }
}
