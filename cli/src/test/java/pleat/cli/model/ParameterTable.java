package pleat.cli.model;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;

/**
 * Which tensor of AlphaFold's parameter files is which of OpenFold's, and how its dims differ: a table of facts, one line each, from which
 * small files of the real layout are made, with what a model should get from them. It shares nothing with the maps under test.
 */
record ParameterTable(ImmutableList<Line> lines) {
    private static final int IN = 3;
    private static final int HEADS = 2;
    private static final int CHANNELS = 4;
    private static final int OUT = 6;
    private static final int BLOCKS = 2;

    /** @param kind how dims differ, as OpenFold's importer names it */
    record Line(String key, String name, String kind, boolean isStacked, boolean isSwapped) {}

    static ParameterTable read(String resource) {
        try (var stream = ParameterTable.class.getResourceAsStream("/weights/" + resource)) {
            return new ParameterTable(new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split("\t"))
                    .map(words -> new Line("alphafold/alphafold_iteration/" + words[0], words[1], words[2], words[3].equals("stacked"), words[4].equals("swap")))
                    .collect(ImmutableList.toImmutableList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every element of the file has a value of its own. */
    Map<String, TensorData> file() {
        var file = new LinkedHashMap<String, TensorData>();
        lines.forEach(line -> file.put(line.key(), tensor(line)));
        return file;
    }

    /** The parameters of a model under their own names, as a file of the layout has them; lines that the model has no parameter for are left out. */
    Map<String, TensorData> fileOf(TensorSource model) {
        var file = new LinkedHashMap<String, TensorData>();
        for (var line : lines) {
            var blocks = new ArrayList<TensorData>();
            for (int i = 0; model.has(line.name().replace("{i}", String.valueOf(i))) && blocks.size() == i; i++) {
                blocks.add(model.tensor(line.name().replace("{i}", String.valueOf(i))));
                if (!line.isStacked()) {
                    break;
                }
            }
            if (!blocks.isEmpty()) {
                file.put(line.key(), stacked(line, blocks));
            }
        }
        return file;
    }

    private static TensorData stacked(Line line, List<TensorData> blocks) {
        var shape = blocks.getFirst().shape();
        int rows = (int) shape.get(0);
        int columns = shape.length() > 1 ? (int) shape.get(1) : 1;
        boolean isTurned = shape.length() > 1;
        var values = new float[blocks.size() * rows * columns];
        for (int b = 0; b < blocks.size(); b++) {
            float[] one = blocks.get(b).toFloats();
            for (int i = 0; i < one.length; i++) {
                values[b * one.length + (isTurned ? i % columns * rows + i / columns : i)] = one[i];
            }
        }
        var dims = new ArrayList<Long>();
        if (line.isStacked()) {
            dims.add((long) blocks.size());
        }
        dims.addAll(switch (line.kind()) {
            case "LinearWeight" -> List.of((long) columns, (long) rows);
            case "LinearWeightMHA" -> List.of((long) columns, (long) HEADS, (long) rows / HEADS);
            case "LinearMHAOutputWeight" -> List.of((long) HEADS, (long) columns / HEADS, (long) rows);
            case "LinearWeightOPM" -> List.of((long) Math.sqrt(columns), (long) Math.sqrt(columns), (long) rows);
            case "LinearBiasMHA" -> List.of((long) HEADS, (long) rows / HEADS);
            case "Other" -> List.of((long) rows);
            default -> throw new IllegalArgumentException(line.kind());
        });
        return TensorData.ofFloats(values, dims.stream().mapToLong(Long::longValue).toArray());
    }

    private TensorData tensor(Line line) {
        var shape = fileShape(line);
        int elements = 1;
        for (long extent : shape) {
            elements *= (int) extent;
        }
        var values = new float[elements];
        int start = lines.indexOf(line) * 1000;
        for (int i = 0; i < elements; i++) {
            values[i] = start + i;
        }
        return TensorData.ofFloats(values, shape);
    }

    private static long[] fileShape(Line line) {
        long[] one = switch (line.kind()) {
            case "LinearWeight" -> line.key().contains("template_pair_embedding_1") ? new long[] {OUT} : new long[] {IN, OUT};
            case "LinearWeightMHA" -> new long[] {IN, HEADS, CHANNELS};
            case "LinearMHAOutputWeight", "LinearWeightOPM" -> new long[] {HEADS, CHANNELS, OUT};
            case "LinearBiasMHA" -> new long[] {HEADS, CHANNELS};
            case "Other" -> new long[] {OUT};
            default -> throw new IllegalArgumentException(line.kind());
        };
        if (!line.isStacked()) {
            return one;
        }
        var stacked = new long[one.length + 1];
        stacked[0] = BLOCKS;
        System.arraycopy(one, 0, stacked, 1, one.length);
        return stacked;
    }

    Required required(Line line) {
        var expected = expected(line);
        return new Required(line.name(), TensorHeader.of(DType.F32, expected.shape().toArray()));
    }

    /** What the model's tensor is, written out element by element. */
    TensorData expected(Line line) {
        var from = tensor(line).toFloats();
        int size = from.length / (line.isStacked() ? BLOCKS : 1);
        int rows = switch (line.kind()) {
            case "LinearWeightMHA", "LinearBiasMHA" -> HEADS * CHANNELS;
            default -> OUT;
        };
        int columns = size / rows;
        LongBinaryOperator element = (row, column) -> {
            long swapped = line.isSwapped() ? (row + OUT / 2) % OUT : row;
            return columns == 1 ? swapped : column * rows + swapped;
        };
        var to = new float[from.length];
        for (int i = 0; i < to.length; i++) {
            int block = i / size;
            int row = i % size / columns;
            to[i] = from[block * size + (int) element.applyAsLong(row, i % columns)];
        }
        boolean isVector = columns == 1 && !line.name().endsWith("pseudo_beta_mask_linear.weight");
        long[] one = isVector ? new long[] {rows} : new long[] {rows, columns};
        if (!line.isStacked()) {
            return TensorData.ofFloats(to, one);
        }
        return TensorData.ofFloats(to, isVector ? new long[] {BLOCKS, rows} : new long[] {BLOCKS, rows, columns});
    }
}
