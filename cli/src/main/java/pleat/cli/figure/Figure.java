package pleat.cli.figure;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** A drawing as a list of shapes, later ones over earlier ones; lengths are pixels, y goes down. */
public record Figure(int width, int height, ImmutableList<Shape> shapes) {

    /** Colours are 0xRRGGBB. */
    public sealed interface Shape {}

    /** @param hint shown where the pointer rests, if a page shows the figure; may be empty */
    public record Box(double x, double y, double width, double height, int fill, String hint) implements Shape {}

    /** A line through points, x and y in turn. */
    public record Line(ImmutableList<Double> points, int colour, double thickness) implements Shape {}

    /** One line of text that begins, is centred or ends at x; y is its base line. */
    public record Text(double x, double y, String text, Anchor anchor, Style style) implements Shape {}

    /** Square cells of colours by rows, stretched over a box. */
    public record Cells(double x, double y, double width, double height, Raster raster) implements Shape {}

    public enum Anchor {
        START, MIDDLE, END
    }

    /** @param turned whether the text runs upwards, about its point */
    public record Style(int size, int colour, boolean isBold, boolean turned) {
        public static final Style PLAIN = new Style(13, 0x333333, false, false);

        public Style bold() {
            return new Style(size, colour, true, turned);
        }

        public Style upwards() {
            return new Style(size, colour, isBold, true);
        }

        public Style sized(int other) {
            return new Style(other, colour, isBold, turned);
        }
    }

    /** @param colours by rows, {@code columns * rows} of them */
    public record Raster(int columns, int rows, int[] colours) {}

    /** Collects shapes. */
    public static final class Canvas {
        private final List<Shape> shapes = new ArrayList<>();

        public void box(double x, double y, double width, double height, int fill) {
            shapes.add(new Box(x, y, width, height, fill, ""));
        }

        public void hint(double x, double y, double width, double height, int fill, String hint) {
            shapes.add(new Box(x, y, width, height, fill, hint));
        }

        public void line(int colour, double thickness, double... points) {
            shapes.add(new Line(java.util.Arrays.stream(points).boxed().collect(ImmutableList.toImmutableList()), colour, thickness));
        }

        public void text(double x, double y, String text, Anchor anchor, Style style) {
            shapes.add(new Text(x, y, text, anchor, style));
        }

        public void cells(double x, double y, double width, double height, Raster raster) {
            shapes.add(new Cells(x, y, width, height, raster));
        }

        public Figure figure(int width, int height) {
            return new Figure(width, height, ImmutableList.copyOf(shapes));
        }
    }
}
