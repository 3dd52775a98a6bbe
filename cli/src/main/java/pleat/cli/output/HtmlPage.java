package pleat.cli.output;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.cli.figure.Figure;
import pleat.cli.figure.SvgText;

/** A page with the figure of a run and its numbers, in one file that needs no other. */
final class HtmlPage {
    private static final String STYLE = """
            body { font-family: Helvetica, Arial, sans-serif; color: #333; margin: 24px auto; max-width: 1140px; }
            table { border-collapse: collapse; font-size: 13px; margin: 12px 0; }
            th, td { text-align: right; padding: 2px 12px; border-bottom: 1px solid #ddd; }
            summary { cursor: pointer; margin-top: 18px; }
            svg { max-width: 100%; height: auto; }
            """;

    private HtmlPage() {}

    static String of(String title, Figure figure, ResidueLabels labels) {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + escaped(title) + "</title>\n<style>\n" + STYLE
                + "</style>\n</head>\n<body>\n" + SvgText.of(figure) + table(labels) + "</body>\n</html>\n";
    }

    private static String table(ResidueLabels labels) {
        if (labels.confidences().length == 0) {
            return "";
        }
        return "<details>\n<summary>Confidence of each residue</summary>\n<table>\n<tr><th>chain</th><th>residue</th><th>name</th><th>pLDDT</th></tr>\n"
                + IntStream.range(0, labels.count()).filter(labels::isPresent).mapToObj(i -> String.format(Locale.ROOT,
                        "<tr><td>%s</td><td>%d</td><td>%s</td><td>%.1f</td></tr>", Structure.letters(labels.chain(i)), labels.number(i), labels.name(i),
                        labels.confidence(i))).collect(Collectors.joining("\n"))
                + "\n</table>\n</details>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
