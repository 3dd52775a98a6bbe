package pleat.cli.export;

import java.util.List;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.kernel.Layout.Part;
import pleat.ir.plan.Plan;

/** What a plan is given, as lines of a manifest: not the values but how they are made and where they lie, so that a bundle is small at any size. */
final class GivenLines {
    private GivenLines() {}

    static List<String> of(Plan plan, long seed) {
        return plan.buffers().stream().filter(buffer -> buffer.place().kind().isGiven()).map(buffer -> line(buffer, seed)).toList();
    }

    static String line(Plan.Buffer buffer, long seed) {
        var recipe = SyntheticTensors.recipe(buffer, seed);
        return "given %d %d %s %d %s %s %s %s".formatted(buffer.place().offset(), buffer.place().bytes(), buffer.type().dtype().text(), recipe.seed(), recipe.middle(),
                recipe.width(), place(buffer), buffer.place().external());
    }

    /**
     * Shape and layout: the number of dims and their extents, the number of pieces and of each the dim, what a position in it is divided by, the divisor
     * whose remainder is taken (0: none), and the stride in elements.
     */
    static String place(Plan.Buffer buffer) {
        var shape = buffer.type().shape();
        var pieces = buffer.layout().pieces();
        var strides = buffer.layout().pieceStrides(shape);
        var words = new StringBuilder().append(shape.length);
        for (long extent : shape) {
            words.append(' ').append(extent);
        }
        words.append(' ').append(pieces.size());
        for (int p = 0; p < strides.length; p++) {
            words.append(' ').append(pieces.get(p).dim()).append(' ').append(switch (pieces.get(p).part()) {
                case Part.Whole _, Part.Padded _ -> "1 0";
                case Part.Outer(long factor) -> factor + " 0";
                case Part.Inner(long factor) -> "1 " + factor;
            }).append(' ').append(strides[p]);
        }
        return words.toString();
    }
}
