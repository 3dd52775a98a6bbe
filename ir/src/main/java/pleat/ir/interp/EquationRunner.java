package pleat.ir.interp;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn2;

/** Runs one equation: visits every point of its box, row by row along the inner loop. */
public final class EquationRunner {
    private final Equation equation;
    private final List<NdArray> operands;
    private final NdArray result;
    private final long[] extents;
    private final List<Walk> walks = new ArrayList<>();

    private EquationRunner(Equation equation, List<NdArray> operands) {
        this.equation = equation;
        this.operands = operands;
        this.extents = equation.axes().stream().map(Axis::extent).mapToLong(extent -> extent.known()).toArray();
        this.result = NdArray.filled(equation.reduction().identity(),
                equation.dims().stream().mapToLong(dim -> dim.known()).toArray());
    }

    /** @param operands one for each read; sizes are bound */
    public static NdArray run(Equation equation, List<NdArray> operands) {
        var runner = new EquationRunner(equation, operands);
        if (LongStream.of(runner.extents).noneMatch(extent -> extent == 0)) {
            runner.run();
        }
        return runner.result;
    }

    private void run() {
        for (int read = 0; read < operands.size(); read++) {
            walks.add(Walk.of(equation.reads().get(read), operands.get(read).shape(), extents));
        }
        walks.add(Walk.of(equation.write(), result.shape(), extents));
        LoopOrder loops = LoopOrder.of(equation, extents, walks);
        var starts = new int[walks.size()];
        for (int read = 0; read < operands.size(); read++) {
            starts[read] = operands.get(read).start();
        }
        var row = new Row(loops, walks, starts, extents.length);
        if (isContraction()) {
            contract(row, loops);
        } else {
            general(row, loops);
        }
    }

    /** A sum of products of two operands that never leave their tensors. */
    private boolean isContraction() {
        return equation.reduction() instanceof Reduction.Sum
                && equation.body() instanceof Scalar.Binary(Fn2 fn, Scalar.Read _, Scalar.Read _)
                && fn == Fn2.MUL && walks.stream().allMatch(walk -> walk.bounds().isEmpty());
    }

    private void contract(Row row, LoopOrder loops) {
        var product = (Scalar.Binary) equation.body();
        int left = ((Scalar.Read) product.left()).read();
        int right = ((Scalar.Read) product.right()).read();
        int write = walks.size() - 1;
        int axis = loops.inner().axis();
        var kernel = new ProductKernel(stride(left, axis), stride(right, axis), stride(write, axis),
                (int) loops.inner().extent());
        double[] a = operands.get(left).data();
        double[] b = operands.get(right).data();
        double[] out = result.data();
        do {
            kernel.run(a, (int) row.offset(left), b, (int) row.offset(right), out, (int) row.offset(write));
        } while (row.next());
    }

    private int stride(int access, int axis) {
        return axis < 0 ? 0 : Math.toIntExact(walks.get(access).strides()[axis]);
    }

    private void general(Row row, LoopOrder loops) {
        int inner = Math.toIntExact(loops.inner().extent());
        var storage = operands.stream().map(NdArray::data).toArray(double[][]::new);
        Lane body = new Lanes(storage, walks.toArray(Walk[]::new), extents, loops.inner().axis()).of(equation.body());
        int write = walks.size() - 1;
        int stride = stride(write, loops.inner().axis());
        var values = new double[Lane.LENGTH];
        do {
            for (int from = 0; from < inner; from += Lane.LENGTH) {
                int count = Math.min(Lane.LENGTH, inner - from);
                body.fill(values, row, from, count);
                store(values, count, (int) row.offset(write) + from * stride, stride);
            }
        } while (row.next());
    }

    private void store(double[] values, int count, int at, int stride) {
        double[] out = result.data();
        if (stride == 0) {
            out[at] = combined(out[at], values, count);
            return;
        }
        switch (equation.reduction()) {
            case Reduction.None _ -> {
                for (int i = 0; i < count; i++) {
                    out[at + i * stride] = values[i];
                }
            }
            case Reduction.Sum _ -> {
                for (int i = 0; i < count; i++) {
                    out[at + i * stride] += values[i];
                }
            }
            case Reduction.Max _, Reduction.Min _ -> {
                for (int i = 0; i < count; i++) {
                    out[at + i * stride] = equation.reduction().combine(out[at + i * stride], values[i]);
                }
            }
        }
    }

    private double combined(double start, double[] values, int count) {
        double combined = start;
        for (int i = 0; i < count; i++) {
            combined = equation.reduction().combine(combined, values[i]);
        }
        return combined;
    }
}
