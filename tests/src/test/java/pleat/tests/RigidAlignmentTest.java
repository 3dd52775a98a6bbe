package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Rigid alignment of point sets, natively: exact copies are found again also where the rotation is not unique, and never by a mirror. */
final class RigidAlignmentTest {
    private static final int POINTS = 9;

    @TempDir
    Path folder;

    @Test
    void aTurnedCopyIsFoundAgain() {
        var x = random(1);
        assertFound(x, moved(x));
    }

    @Test
    void aHalfTurnIsFoundAgain() {
        var x = random(2);
        var y = new double[x.length];
        Arrays.setAll(y, i -> i % 3 == 2 ? x[i] : 7 - x[i]);
        assertFound(x, y);
    }

    @Test
    void pointsInAPlaneAndOnALineAreFoundAgain() {
        var plane = random(3);
        for (int i = 2; i < plane.length; i += 3) {
            plane[i] = 0;
        }
        assertFound(plane, moved(plane));
        var line = new double[plane.length];
        Arrays.setAll(line, i -> (i % 3 + 1) * (i / 3 - 4));
        assertFound(line, moved(line));
    }

    @Test
    void onePointManyTimesIsMovedOnly() {
        var x = new double[3 * POINTS];
        Arrays.setAll(x, i -> i % 3);
        assertFound(x, Arrays.stream(x).map(v -> v + 5).toArray());
    }

    /** A mirror image cannot be reached; the result is the points turned, so that all distances are kept. */
    @Test
    void aMirrorImageIsNotReached() {
        var x = random(4);
        var mirrored = new double[x.length];
        Arrays.setAll(mirrored, i -> i % 3 == 0 ? -x[i] : x[i]);
        var aligned = align(x, mirrored);
        assertArrayEquals(distances(x), distances(aligned), 1e-4);
        assertTrue(largestDifference(aligned, mirrored) > 0.1, "a mirror image was reached");
    }

    private void assertFound(double[] x, double[] y) {
        assertArrayEquals(y, align(x, y), 2e-5);
    }

    private static double[] random(long seed) {
        return new Random(seed).doubles(3 * POINTS, -3, 3).toArray();
    }

    /** Turned by the unit quaternion (1, 2, 3, 4) / sqrt(30) and moved. */
    private static double[] moved(double[] x) {
        double[][] rotation = {{-20, 4, 22}, {20, -10, 20}, {10, 28, 4}};
        var y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            for (int b = 0; b < 3; b++) {
                y[i] += rotation[i % 3][b] / 30 * x[i - i % 3 + b];
            }
            y[i] += 2 + i % 3;
        }
        return y;
    }

    private static double[] distances(double[] x) {
        var distances = new double[POINTS * POINTS];
        Arrays.setAll(distances, i -> Math.hypot(Math.hypot(x[i / POINTS * 3] - x[i % POINTS * 3], x[i / POINTS * 3 + 1] - x[i % POINTS * 3 + 1]),
                x[i / POINTS * 3 + 2] - x[i % POINTS * 3 + 2]));
        return distances;
    }

    private static double largestDifference(double[] x, double[] y) {
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            largest = Math.max(largest, Math.abs(x[i] - y[i]));
        }
        return largest;
    }

    private double[] align(double[] x, double[] y) {
        var ones = new double[POINTS];
        Arrays.fill(ones, 1);
        var arguments = Map.of("x", TensorData.ofDoubles(x, POINTS, 3), "y", TensorData.ofDoubles(y, POINTS, 3), "weights",
                TensorData.ofDoubles(ones, POINTS));
        var frontend = Frontend.ofImport("af3.rigid", Library.shipped());
        var module = PassManager.quiet().run(frontend.compile("rigid_align", Frontend.Request.of(Map.of(), Map.of("m", (long) POINTS))),
                Pipelines.prepare(Map.of()));
        Path code = folder.resolve("align.so");
        var plan = NativeCompiler.compile(module, NativeOptions.threads(1), HostTarget.detect(), code);
        try (var runner = new PlanRunner(plan, code, 1)) {
            for (var wanted : runner.wanted()) {
                runner.fill(wanted, (buffer, memory) -> arguments.get(wanted.place().external()).copyTo(memory, buffer.type().dtype()));
            }
            runner.run();
            return runner.outputs().values().iterator().next().toDoubles();
        }
    }
}
