package pleat.ir.diagnostic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import pleat.ir.diagnostic.Diagnostic.Advice;
import pleat.ir.diagnostic.Diagnostic.Help;
import pleat.ir.diagnostic.Diagnostic.Label;
import pleat.ir.diagnostic.Diagnostic.Note;

/** Writes diagnostics the way rustc does: the place, the lines concerned with carets and labels, then notes and helps. */
public final class DiagnosticRenderer {
    /** More than this and the first ones are the cause of the others. */
    private static final int SHOWN = 20;

    private final Diagnostic diagnostic;
    private final StringBuilder out = new StringBuilder();
    private final String margin;

    private DiagnosticRenderer(Diagnostic diagnostic) {
        this.diagnostic = diagnostic;
        int lastLine = all(diagnostic).stream().mapToInt(label -> label.span().line()).max().orElse(1);
        this.margin = " ".repeat(Integer.toString(lastLine).length());
    }

    /** Diagnostics in the given order with an empty line between them; only the first 20 in full. */
    public static String render(List<Diagnostic> diagnostics) {
        var blocks = new ArrayList<>(diagnostics.stream().limit(SHOWN).map(DiagnosticRenderer::render).toList());
        int more = diagnostics.size() - SHOWN;
        if (more > 0) {
            blocks.add(more + (more == 1 ? " more diagnostic is" : " more diagnostics are") + " not shown");
        }
        return String.join("\n\n", blocks);
    }

    /** One diagnostic, without a line end after it. */
    public static String render(Diagnostic diagnostic) {
        return new DiagnosticRenderer(diagnostic).run();
    }

    private static List<Label> all(Diagnostic diagnostic) {
        var labels = new ArrayList<Label>();
        labels.add(diagnostic.primary());
        labels.addAll(diagnostic.labels());
        return labels;
    }

    private String run() {
        out.append(diagnostic.severity().text()).append('[').append(diagnostic.code().id()).append("]: ")
                .append(diagnostic.message());
        var bySource = new LinkedHashMap<Source, List<Label>>();
        all(diagnostic).forEach(label -> bySource.computeIfAbsent(label.span().source(), _ -> new ArrayList<>()).add(label));
        var arrow = "-->";
        for (var entry : bySource.entrySet()) {
            out.append('\n').append(margin).append(arrow).append(' ').append(entry.getValue().getFirst().span());
            out.append('\n').append(margin).append(" |");
            lines(entry.getKey(), entry.getValue());
            arrow = ":::";
        }
        diagnostic.advice().forEach(this::advice);
        return out.toString();
    }

    private void lines(Source source, List<Label> labels) {
        var byLine = new TreeMap<Integer, List<Label>>();
        labels.forEach(label -> byLine.computeIfAbsent(label.span().line(), _ -> new ArrayList<>()).add(label));
        int previous = 0;
        for (var entry : byLine.entrySet()) {
            int line = entry.getKey();
            if (previous > 0 && line > previous + 1) {
                out.append("\n...");
            }
            var number = Integer.toString(line);
            out.append('\n').append(" ".repeat(margin.length() - number.length())).append(number).append(" | ");
            out.append(SourceLine.of(source.line(line)).shown());
            marks(SourceLine.of(source.line(line)), entry.getValue());
            previous = line;
        }
    }

    /** Carets under the line; the rightmost label stands beside its carets, the others below theirs, one line each. */
    private void marks(SourceLine line, List<Label> labels) {
        var sorted = labels.stream().sorted(Comparator.comparingInt((Label label) -> label.span().start()).reversed()).toList();
        var carets = new StringBuilder();
        // The primary span last, so that its carets win where spans overlap.
        for (Label label : sorted) {
            if (label != diagnostic.primary()) {
                mark(carets, line, label, '-');
            }
        }
        for (Label label : sorted) {
            if (label == diagnostic.primary()) {
                mark(carets, line, label, '^');
            }
        }
        int rightmostEnd = end(line, sorted.getFirst());
        boolean beside = !sorted.getFirst().text().isEmpty() && carets.length() <= rightmostEnd;
        row(beside ? carets + " " + sorted.getFirst().text() : carets.toString());
        below(line, sorted.stream().skip(beside ? 1 : 0).filter(label -> !label.text().isEmpty()).toList());
    }

    private void below(SourceLine line, List<Label> rightToLeft) {
        for (int i = 0; i < rightToLeft.size(); i++) {
            var text = new StringBuilder();
            for (Label left : rightToLeft.subList(i + 1, rightToLeft.size()).reversed()) {
                put(text, start(line, left), "|");
            }
            put(text, start(line, rightToLeft.get(i)), rightToLeft.get(i).text());
            row(text.toString());
        }
    }

    private void mark(StringBuilder carets, SourceLine line, Label label, char mark) {
        put(carets, start(line, label), String.valueOf(mark).repeat(Math.max(1, end(line, label) - start(line, label))));
    }

    private static int start(SourceLine line, Label label) {
        return line.shownColumn(label.span().column() - 1);
    }

    private static int end(SourceLine line, Label label) {
        return Math.max(start(line, label) + 1, line.shownColumn(label.span().column() - 1
                + label.span().end() - label.span().start()));
    }

    private static void put(StringBuilder text, int column, String what) {
        text.append(" ".repeat(Math.max(0, column + what.length() - text.length())));
        text.replace(column, column + what.length(), what);
    }

    private void row(String text) {
        out.append('\n').append(margin).append(" | ").append(text.stripTrailing());
    }

    private void advice(Advice advice) {
        var word = switch (advice) {
            case Note _ -> "note";
            case Help _ -> "help";
        };
        var indent = "\n" + margin + "   " + " ".repeat(word.length() + 2);
        out.append('\n').append(margin).append(" = ").append(word).append(": ").append(advice.text().replace("\n", indent));
    }
}
