package pleat.cli.output;

import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import pleat.cli.figure.ColourScale;
import pleat.cli.figure.Figure;
import pleat.cli.figure.Figure.Anchor;
import pleat.cli.figure.Figure.Canvas;
import pleat.cli.figure.Figure.Raster;
import pleat.cli.figure.Figure.Style;

/** The distogram and the confidence of a run as a figure: expected distances, probabilities of contact, and a bar for each residue. */
final class Picture {
    private static final int WIDTH = 1120;
    private static final int MARGIN = 78;
    private static final int MAP = 420;
    private static final int MAP_TOP = 92;
    private static final int SECOND_MAP = 620;
    private static final int BARS = 200;
    private static final int GREY = 0xdddddd;
    private static final int AXIS = 0x333333;
    private static final Style PLAIN = Style.PLAIN;
    private static final Style SMALL = PLAIN.sized(12);

    private final Canvas canvas = new Canvas();
    private final ResidueLabels labels;
    /** The residues that are shown: padding is not. */
    private final int[] shown;

    private Picture(ResidueLabels labels) {
        this.labels = labels;
        this.shown = IntStream.range(0, labels.count()).filter(labels::isPresent).toArray();
    }

    static Figure of(String title, ResidueLabels labels, Optional<DistanceMap> distances) {
        return new Picture(labels).draw(title, distances);
    }

    private Figure draw(String title, Optional<DistanceMap> distances) {
        canvas.text(MARGIN, 36, title, Anchor.START, PLAIN.bold().sized(18));
        int y = 60;
        if (distances.isPresent()) {
            drawMaps(distances.get());
            y = MAP_TOP + MAP + 130;
        }
        if (labels.confidences().length > 0) {
            bars(y + 30);
            y += BARS + 120;
        }
        return canvas.figure(WIDTH, y);
    }

    private void drawMaps(DistanceMap distances) {
        double furthest = 0;
        for (int i : shown) {
            for (int j : shown) {
                furthest = Math.max(furthest, distances.expected()[i][j]);
            }
        }
        double last = Math.ceil(furthest / 4) * 4; // four whole steps in the key
        map(MARGIN, "Expected distance (\u00c5)", distances.expected(), new Scale(ColourScale.VIRIDIS.reversed(), last, "%.0f", 0xffffff));
        map(SECOND_MAP, "Probability of a distance below %.0f \u00c5".formatted(DistanceMap.CONTACT), distances.contact(),
                new Scale(ColourScale.BLUES, 1, "%.2f", 0x888888));
    }

    /**
     * @param last the number of the last colour; that of the first is 0
     * @param between the colour of the lines between chains
     */
    private record Scale(ColourScale colours, double last, String format, int between) {}

    private void map(int x, String title, double[][] values, Scale scale) {
        int n = shown.length;
        var colours = new int[n * n];
        for (int i = 0; i < n * n; i++) {
            colours[i] = scale.colours().at(values[shown[i / n]][shown[i % n]] / scale.last());
        }
        canvas.text(x, MAP_TOP - 14, title, Anchor.START, PLAIN.bold().sized(14));
        canvas.cells(x, MAP_TOP, MAP, MAP, new Raster(n, n, colours));
        frame(x, MAP_TOP, MAP, MAP);
        double cell = (double) MAP / n;
        for (int i = 1; i < n; i++) {
            if (labels.chain(shown[i]) != labels.chain(shown[i - 1])) {
                canvas.line(scale.between(), 1.5, x + i * cell, MAP_TOP, x + i * cell, MAP_TOP + MAP);
                canvas.line(scale.between(), 1.5, x, MAP_TOP + i * cell, x + MAP, MAP_TOP + i * cell);
            }
        }
        for (int i : ticks(MAP)) {
            double at = (i + 0.5) * cell;
            canvas.line(AXIS, 1, x + at, MAP_TOP + MAP, x + at, MAP_TOP + MAP + 5);
            canvas.text(x + at, MAP_TOP + MAP + 19, name(i), Anchor.MIDDLE, SMALL);
            canvas.line(AXIS, 1, x - 5, MAP_TOP + at, x, MAP_TOP + at);
            canvas.text(x - 9, MAP_TOP + at + 4, name(i), Anchor.END, SMALL);
        }
        canvas.text(x + MAP / 2.0, MAP_TOP + MAP + 40, "residue", Anchor.MIDDLE, PLAIN);
        canvas.text(x - 48, MAP_TOP + MAP / 2.0, "residue", Anchor.MIDDLE, PLAIN.upwards());
        key(x, scale);
    }

    /** The colours and their numbers, under a map. */
    private void key(int x, Scale scale) {
        int y = MAP_TOP + MAP + 58;
        int steps = 200;
        canvas.cells(x, y, MAP, 12, new Raster(steps, 1, IntStream.range(0, steps).map(i -> scale.colours().at((i + 0.5) / steps)).toArray()));
        frame(x, y, MAP, 12);
        for (int i = 0; i <= 4; i++) {
            double at = x + MAP * i / 4.0;
            canvas.line(AXIS, 1, at, y + 12, at, y + 16);
            canvas.text(at, y + 30, String.format(Locale.ROOT, scale.format(), scale.last() * i / 4), Anchor.MIDDLE, SMALL);
        }
    }

    private void bars(int top) {
        int width = WIDTH - MARGIN - 80;
        DoubleUnaryOperator height = confidence -> BARS * Math.clamp(confidence, 0, 100) / 100;
        canvas.text(MARGIN, top - 14, "Confidence by residue (pLDDT)", Anchor.START, PLAIN.bold().sized(14));
        for (int level = 0; level <= 100; level += 25) {
            double y = top + BARS - height.applyAsDouble(level);
            canvas.line(GREY, 1, MARGIN, y, MARGIN + width, y);
            canvas.text(MARGIN - 9, y + 4, String.valueOf(level), Anchor.END, SMALL);
        }
        double bar = (double) width / shown.length;
        for (int i = 0; i < shown.length; i++) {
            double confidence = labels.confidence(shown[i]);
            double high = height.applyAsDouble(confidence);
            canvas.hint(MARGIN + i * bar, top + BARS - high, bar * (bar > 3 ? 0.86 : 1), high, Band.of(confidence).colour,
                    String.format(Locale.ROOT, "%s %s: %.1f", labels.name(shown[i]), name(i), confidence));
        }
        canvas.line(AXIS, 1, MARGIN, top + BARS, MARGIN + width, top + BARS);
        for (int i : ticks(width)) {
            canvas.line(AXIS, 1, MARGIN + (i + 0.5) * bar, top + BARS, MARGIN + (i + 0.5) * bar, top + BARS + 5);
            canvas.text(MARGIN + (i + 0.5) * bar, top + BARS + 19, name(i), Anchor.MIDDLE, SMALL);
        }
        canvas.text(MARGIN + width / 2.0, top + BARS + 40, "residue", Anchor.MIDDLE, PLAIN);
        legend(top - 24, MARGIN + width);
    }

    private void legend(int y, int right) {
        double x = right;
        for (var band : Band.values()) {
            x -= 118;
            canvas.box(x, y, 11, 11, band.colour);
            canvas.text(x + 16, y + 10, band.says, Anchor.START, SMALL);
        }
    }

    /** The colours by which the AlphaFold database shows confidence. */
    private enum Band {
        VERY_HIGH(90, 0x0053d6, "90 and above"), HIGH(70, 0x65cbf3, "70 to 90"), LOW(50, 0xffdb13, "50 to 70"), VERY_LOW(0, 0xff7d45, "below 50");

        private final double from;
        private final int colour;
        private final String says;

        Band(double from, int colour, String says) {
            this.from = from;
            this.colour = colour;
            this.says = says;
        }

        static Band of(double confidence) {
            for (var band : values()) {
                if (confidence >= band.from) {
                    return band;
                }
            }
            return VERY_LOW;
        }
    }

    private void frame(double x, double y, double width, double height) {
        canvas.line(AXIS, 1, x, y, x + width, y, x + width, y + height, x, y + height, x, y);
    }

    /** Residues with round numbers, so many that their names do not touch. */
    private int[] ticks(int length) {
        int atLeast = Math.max(1, shown.length * 48 / length);
        int step = 1;
        for (int i = 0; step < atLeast; i++) {
            step = new int[] {1, 2, 5}[i % 3] * (int) Math.pow(10, i / 3);
        }
        int every = step;
        return IntStream.range(0, shown.length).filter(i -> labels.number(shown[i]) % every == 0).toArray();
    }

    private String name(int i) {
        boolean hasChains = IntStream.of(shown).map(labels::chain).distinct().count() > 1;
        return (hasChains ? Structure.letters(labels.chain(shown[i])) + " " : "") + labels.number(shown[i]);
    }
}
