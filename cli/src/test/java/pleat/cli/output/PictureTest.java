package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import pleat.cli.figure.Figure;
import pleat.cli.figure.PngImage;

final class PictureTest {
    private static final RunTensors RUN = Peptides.of(new int[] {0, 0, 0, 1, 1, 1, 1}, new int[] {12, 7, 17, 12, 7, 17, -1});
    private static final ResidueLabels LABELS = ResidueLabels.of(Peptides.roles(), RUN);
    private static final DistanceMap DISTANCES = DistanceMap.of(Peptides.roles().distogram().orElseThrow(), RUN);

    private static List<String> words(Figure figure) {
        return figure.shapes().stream().filter(Figure.Text.class::isInstance).map(text -> ((Figure.Text) text).text()).toList();
    }

    /** Four bins between 2.3125 and 21.6875: 9.6875 wide each, the first from -7.375. */
    @Test
    void distancesAreTheMeansOfTheBinsAndContactsTheirShareBelowEight() {
        assertEquals(2.3125 - 9.6875 / 2, DISTANCES.expected()[0][1], 1e-9);
        assertEquals(21.6875 + 9.6875 / 2, DISTANCES.expected()[0][2], 1e-9);
        assertEquals(1, DISTANCES.contact()[3][4], 1e-9);
        assertEquals(0, DISTANCES.contact()[3][6], 1e-9);
    }

    @Test
    void axesAreLabelledWithResiduesAndPaddingIsNotShown() {
        var figure = Picture.of("AlphaFold, 6 residues", LABELS, Optional.of(DISTANCES));
        var words = words(figure);
        assertTrue(words.containsAll(List.of("Expected distance (\u00c5)", "Probability of a distance below 8 \u00c5", "Confidence by residue (pLDDT)",
                "residue", "A 19", "B 29", "90 and above", "below 50")), words.toString());
        assertFalse(words.contains("B 30"), "padding");
        var cells = figure.shapes().stream().filter(Figure.Cells.class::isInstance).map(shape -> ((Figure.Cells) shape).raster().columns()).toList();
        assertEquals(List.of(6, 200, 6, 200), cells);
        var bars = figure.shapes().stream().filter(shape -> shape instanceof Figure.Box box && !box.hint().isEmpty()).map(shape -> ((Figure.Box) shape).hint()).toList();
        assertEquals(List.of("MET A 19: 99.5", "GLY A 20: 87.3", "TRP A 26: 75.0", "MET B 27: 62.8", "GLY B 28: 50.5", "TRP B 29: 38.3"), bars);
    }

    @Test
    void theImageIsReadableAndHasTheColoursOfTheBars() throws IOException {
        var image = ImageIO.read(new ByteArrayInputStream(PngImage.of(Picture.of("AlphaFold", LABELS, Optional.of(DISTANCES)))));
        assertEquals(2240, image.getWidth());
        var colours = new HashSet<Integer>();
        for (int x = 0; x < image.getWidth(); x += 3) {
            for (int y = 0; y < image.getHeight(); y += 3) {
                colours.add(image.getRGB(x, y) & 0xffffff);
            }
        }
        assertTrue(colours.containsAll(List.of(0x0053d6, 0x65cbf3, 0xffdb13, 0xff7d45)), "one colour for each band of confidence");
    }

    @Test
    void aPageNeedsNoOtherFile() {
        var page = HtmlPage.of("a <b>", Picture.of("a <b>", LABELS, Optional.of(DISTANCES)), LABELS);
        assertTrue(page.contains("<title>a &lt;b&gt;</title>") && page.contains("<td>A</td><td>19</td><td>MET</td><td>99.5</td>"), page.substring(0, 400));
        assertFalse(page.contains("src=") || page.contains("http://") && !page.contains("http://www.w3.org/2000/svg"));
    }
}
