package pleat.cli.export;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import pleat.ir.plan.Plan;
import pleat.runtime.io.TensorData;

/** What an output should be, in few numbers: sums over equal parts of it, in row-major order, and a sample of its elements. */
record ExpectedOutput(Plan.Buffer buffer, TensorData value) {
    /** Of sums; fewer where there are fewer elements. */
    private static final int PARTS = 64;
    /** A tensor that has no more is carried whole. */
    private static final int SAMPLE = 4096;

    /** @param file that has the sample, see {@link #sample} */
    List<String> lines(double tolerance, String file) {
        long elements = value.elements();
        int parts = (int) Math.min(PARTS, elements);
        var lines = new ArrayList<String>();
        double largest = 0;
        for (int part = 0; part < parts; part++) {
            double sum = 0;
            double size = 0;
            for (long i = elements * part / parts; i < elements * (part + 1) / parts; i++) {
                double x = value.at(i);
                sum += x;
                size += Math.abs(x);
                largest = Math.max(largest, Math.abs(x));
            }
            lines.add("part " + sum + " " + size);
        }
        var place = buffer.place();
        lines.addFirst("expected %d %d %s %s %s %s %s %s".formatted(place.offset(), place.bytes(), buffer.type().dtype().text(), tolerance, largest, file,
                GivenLines.place(buffer), place.external()));
        return lines;
    }

    /** Elements at positions that both sides draw from a generator of seed 0, the remainder by the number of elements; all of them if there are few. */
    float[] sample() {
        long elements = value.elements();
        var random = new SplittableRandom(0);
        var positions = elements <= SAMPLE
                ? LongStream.range(0, elements)
                : LongStream.generate(() -> Long.remainderUnsigned(random.nextLong(), elements)).limit(SAMPLE);
        var at = positions.toArray();
        var sample = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            sample[i] = (float) value.at(at[i]);
        }
        return sample;
    }
}
