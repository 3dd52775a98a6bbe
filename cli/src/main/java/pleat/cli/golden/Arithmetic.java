package pleat.cli.golden;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import pleat.cli.compile.NativeOptions;
import pleat.cli.execute.Executor;
import pleat.cli.execute.KernelCheck;
import pleat.cli.execute.Via;
import pleat.cli.golden.Comparison.Row;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.interp.Rounding;
import pleat.ir.type.DType;

/**
 * What a file is checked in, and how far it may be off.
 *
 * <table>
 * <caption>Tolerances relative to the largest element</caption>
 * <tr><td></td><td>one kernel, of the memory that it found</td><td>a whole model</td></tr>
 * <tr><td>f32</td><td>1e-5</td><td>what the file says</td></tr>
 * <tr><td>bf16</td><td>5.9e-3: half a unit for two factors and the result</td>
 * <td>4e-3, or 4 times the most that rounding of all that is stored does in three draws</td></tr>
 * <tr><td>f16</td><td>7.3e-4: the same</td><td>2e-3, or the same</td></tr>
 * </table>
 *
 * <p>For a kernel that takes differences of large numbers it is 4 times what moving its memory by half a unit does.
 *
 * @param rounding in 16 bits, what interprets a plan and rounds all that is stored, each in another way
 * @param kernels what compares them one by one
 */
record Arithmetic(Storage storage, Executor executor, ImmutableList<Executor> rounding, Optional<KernelCheck> kernels) {
    /** Kernels round factors of products, too, and no draw of what rounding does is the largest. */
    private static final double SLACK = 4;
    private static final String KERNEL = "kernel/";

    /**
     * What tolerances follow from.
     *
     * @param kernel the least tolerance of what a kernel writes
     * @param model the least tolerance of a model's results
     */
    private record Storage(double kernel, double model) {
        static Storage of(DType dtype) {
            return switch (dtype) {
                case F32 -> new Storage(1e-5, 0);
                case BF16 -> new Storage(3 * Rounding.halfUnit(dtype), 4e-3);
                case F16 -> new Storage(3 * Rounding.halfUnit(dtype), 2e-3);
                case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException("models are not stored in " + dtype.text());
            };
        }
    }

    /** @param byKernel whether kernels are compared one by one */
    static Arithmetic of(Via via, NativeOptions options, Optional<GpuTarget> target, boolean byKernel) {
        var storage = Storage.of(options.storage());
        var kernels = byKernel ? Optional.of(new KernelCheck(options.storage())) : Optional.<KernelCheck>empty();
        var executor = kernels.map(check -> via.executor(options, target, check)).orElseGet(() -> via.executor(options, target));
        if (options.storage() == DType.F32) {
            return new Arithmetic(storage, executor, ImmutableList.of(), kernels);
        }
        var rounding = via.rounding(options, target);
        return new Arithmetic(storage, executor, ImmutableList.of(rounding, rounding.draw(1), rounding.draw(2)), kernels);
    }

    /** How far a tensor may be off, relative to its largest element. */
    interface Rule {
        /** What the file says, whatever it is computed in. */
        Rule OF_FILE = (_, ofFile) -> ofFile;

        double tolerance(String tensor, double ofFile);
    }

    /** @param rounded the tensors that each of {@link #rounding} gives */
    Rule rule(List<Row> rounded) {
        if (rounded.isEmpty()) {
            return Rule.OF_FILE;
        }
        // What rounding takes out of range says nothing of how far results may be off.
        Map<String, Double> errors = rounded.stream().filter(row -> Double.isFinite(row.error())).collect(Collectors.toMap(Row::tensor, Row::error, Math::max));
        return (tensor, ofFile) -> Math.max(Math.max(storage.model, ofFile), SLACK * errors.getOrDefault(tensor, 0.0));
    }

    /** For each thing that a kernel writes, the launch that comes nearest to its tolerance, or is furthest beyond it. */
    List<Row> kernelRows() {
        return kernels.map(check -> rows(check.errors())).orElse(List.of());
    }

    /** @param launches of kernels, some of the same */
    List<Row> rows(List<KernelCheck.Error> launches) {
        Map<String, Row> worst = new LinkedHashMap<>();
        launches.stream().map(this::row).forEach(row -> worst.merge(row.tensor(), row, Arithmetic::worse));
        return List.copyOf(worst.values());
    }

    private static Row worse(Row a, Row b) {
        return a.error() / a.tolerance() >= b.error() / b.tolerance() ? a : b;
    }

    private Row row(KernelCheck.Error error) {
        double tolerance = Math.max(storage.kernel, SLACK * error.moved());
        return new Row(KERNEL + error.kernel() + "/" + error.parameter(), error.error(), tolerance, error.error() <= tolerance);
    }

    static boolean isOfKernel(Row row) {
        return row.tensor().startsWith(KERNEL);
    }
}
