package pleat.cli.figure;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A figure as SVG, to stand in a page or by itself. */
public final class SvgText {
    private SvgText() {}

    public static String of(Figure figure) {
        return figure.shapes().stream().map(SvgText::shape).collect(Collectors.joining("\n",
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"Helvetica, Arial, sans-serif\">\n"
                        .formatted(figure.width(), figure.height(), figure.width(), figure.height()), "\n</svg>\n"));
    }

    private static String shape(Figure.Shape shape) {
        return switch (shape) {
            case Figure.Box box -> format("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#%06x\"%s", box.x(), box.y(), box.width(),
                    box.height(), box.fill(), box.hint().isEmpty() ? "/>" : "><title>" + escaped(box.hint()) + "</title></rect>");
            case Figure.Line line -> format("<polyline points=\"%s\" fill=\"none\" stroke=\"#%06x\" stroke-width=\"%.2f\"/>", points(line), line.colour(),
                    line.thickness());
            case Figure.Text text -> text(text);
            case Figure.Cells cells -> format("<image x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" preserveAspectRatio=\"none\""
                    + " style=\"image-rendering: pixelated\" href=\"data:image/png;base64,%s\"/>", cells.x(), cells.y(), cells.width(), cells.height(),
                    base64(cells.raster()));
        };
    }

    private static String text(Figure.Text text) {
        var style = text.style();
        String turn = style.turned() ? format(" transform=\"rotate(-90 %.2f %.2f)\"", text.x(), text.y()) : "";
        return format("<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"#%06x\"%s%s>%s</text>", text.x(), text.y(),
                text.anchor().name().toLowerCase(Locale.ROOT), style.size(), style.colour(), style.isBold() ? " font-weight=\"bold\"" : "", turn,
                escaped(text.text()));
    }

    private static String points(Figure.Line line) {
        return IntStream.range(0, line.points().size() / 2).mapToObj(i -> format("%.2f,%.2f", line.points().get(2 * i), line.points().get(2 * i + 1)))
                .collect(Collectors.joining(" "));
    }

    private static String base64(Figure.Raster raster) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image(raster), "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    static BufferedImage image(Figure.Raster raster) {
        var image = new BufferedImage(raster.columns(), raster.rows(), BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, raster.columns(), raster.rows(), raster.colours(), 0, raster.columns());
        return image;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
