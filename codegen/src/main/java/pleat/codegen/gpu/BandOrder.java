package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which of its rows and columns a lane of a {@link Band} has. See Note [Folds].
 *
 * @param folded axes that are columns together, of which a lane has four neighbours of 16 instead of two of each 8
 * @param hasTwins whether the two rows of a lane are neighbours
 */
record BandOrder(ImmutableSet<ImmutableList<Integer>> folded, boolean hasTwins) {
    /** Columns of two tiles. */
    static final int FOLD = 2 * Band.COLUMNS;
    /** Those of them that a lane has. */
    static final int OF_FOLD = 4;

    static BandOrder of(BlockAxes axes, int rows, List<Band.Step> steps) {
        boolean hasHalves = factors(steps).anyMatch(BandOrder::isHalf);
        if (!hasHalves) {
            return new BandOrder(ImmutableSet.of(), false);
        }
        var columns = new LinkedHashSet<ImmutableList<Integer>>();
        collect(axes, rows, steps, columns);
        factors(steps).forEach(factor -> {
            columns.remove(factor.in().words());
            if (!isHalf(factor)) {
                columns.remove(factor.in().lines());
            }
        });
        columns.removeIf(of -> of.isEmpty() || axes.room(of.getLast()) % FOLD != 0);
        return new BandOrder(ImmutableSet.copyOf(columns), true);
    }

    /** Whether some numbers are split for units of tf32. */
    static boolean hasSplit(List<Band.Step> steps) {
        return !factors(steps).allMatch(BandOrder::isHalf);
    }

    private static boolean isHalf(RightFactor factor) {
        return factor.fragments().areHalves();
    }

    private static Stream<RightFactor> factors(List<Band.Step> steps) {
        return steps.stream().flatMap(step -> switch (step) {
            case Band.Step.Multiply multiply -> Stream.of(multiply.right());
            case Band.Step.Loop loop -> factors(loop.body());
            case Band.Step.Keep _, Band.Step.Reduce _, Band.Step.Write _ -> Stream.of();
        });
    }

    private static void collect(BlockAxes axes, int rows, List<Band.Step> steps, Set<ImmutableList<Integer>> columns) {
        steps.forEach(step -> {
            switch (step) {
                case Band.Step.Keep keep -> columns.add(Band.columns(axes, rows, keep.result().axes()));
                case Band.Step.Reduce reduce -> columns.add(reduce.columns());
                case Band.Step.Multiply multiply -> {
                    columns.add(multiply.depth());
                    columns.add(Band.columns(axes, rows, multiply.result().axes()));
                }
                case Band.Step.Write write -> columns.add(write.columns());
                case Band.Step.Loop loop -> collect(axes, rows, loop.body(), columns);
            }
        });
    }

    boolean isFolded(List<Integer> columns) {
        return folded.contains(ImmutableList.copyOf(columns));
    }

    /** From the first of a lane's two rows to the second. */
    int rowsApart() {
        return hasTwins ? 1 : Band.HALF;
    }
}

/*
 * Note [Folds]
 * Two neighbours of halves that four lanes read of a row fill half a sector. Sums go over the depth in any order, and a result's columns are whatever lines of
 * the right factor a unit is given, so a lane may as well have columns 4q to 4q + 3 of 16: the first two as its numbers of the first of two tiles, the others
 * as those of the second. `ldmatrix` is given lines in the order that makes it so. It cannot reorder what lies within a line: columns that are words of a
 * factor stay as units have them, and what is read and stored of those goes from lane to lane.
 *
 * A warp's rows may be any: of halves lane 4n + q has rows 2n and 2n + 1, and a buffer whose rows are neighbours is read by two.
 */
