package pleat.cli.figure;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import pleat.ir.diagnostic.UserException;

/** A figure as a PNG image, with two pixels for each length of one so that text is sharp. */
public final class PngImage {
    private static final int SCALE = 2;

    private PngImage() {}

    public static byte[] of(Figure figure) {
        System.setProperty("java.awt.headless", "true"); // nothing is shown, and a display that cannot be reached would be an error
        var image = new BufferedImage(figure.width() * SCALE, figure.height() * SCALE, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(SCALE, SCALE);
        graphics.setColor(Color.WHITE);
        graphics.fill(new Rectangle2D.Double(0, 0, figure.width(), figure.height()));
        figure.shapes().forEach(shape -> draw(shape, graphics));
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void draw(Figure.Shape shape, Graphics2D graphics) {
        switch (shape) {
            case Figure.Box box -> {
                graphics.setColor(new Color(box.fill()));
                graphics.fill(new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()));
            }
            case Figure.Line line -> {
                var path = new Path2D.Double();
                path.moveTo(line.points().get(0), line.points().get(1));
                for (int i = 2; i < line.points().size(); i += 2) {
                    path.lineTo(line.points().get(i), line.points().get(i + 1));
                }
                graphics.setColor(new Color(line.colour()));
                graphics.setStroke(new BasicStroke((float) line.thickness(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
                graphics.draw(path);
            }
            case Figure.Text text -> text(text, graphics);
            case Figure.Cells cells -> {
                var raster = cells.raster();
                var place = new AffineTransform(cells.width() / raster.columns(), 0, 0, cells.height() / raster.rows(), cells.x(), cells.y());
                graphics.drawImage(SvgText.image(raster), place, null);
            }
        }
    }

    private static void text(Figure.Text text, Graphics2D graphics) {
        var before = graphics.getTransform();
        try {
            graphics.setFont(new Font(Font.SANS_SERIF, text.style().isBold() ? Font.BOLD : Font.PLAIN, text.style().size()));
            graphics.setColor(new Color(text.style().colour()));
            double width = graphics.getFontMetrics().getStringBounds(text.text(), graphics).getWidth();
            double back = switch (text.anchor()) {
                case START -> 0;
                case MIDDLE -> width / 2;
                case END -> width;
            };
            graphics.translate(text.x(), text.y());
            if (text.style().turned()) {
                graphics.rotate(-Math.PI / 2);
            }
            graphics.drawString(text.text(), (float) -back, 0);
        } catch (LinkageError | RuntimeException failure) { // what a JDK throws where the system has no fonts, or no library for them
            throw new UserException("text cannot be drawn on this machine, because it has no fonts\n"
                    + "  = help: install fontconfig and a font, or write a page: -o FILE.html", failure);
        } finally {
            graphics.setTransform(before);
        }
    }
}
