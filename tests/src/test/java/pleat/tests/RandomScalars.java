package pleat.tests;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Binary;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** Bodies of random equations: continuous, and of the size of their operands or smaller. */
final class RandomScalars {
    private final RandomGenerator random;
    private final int axes;
    private final int reads;

    RandomScalars(RandomGenerator random, int axes, int reads) {
        this.random = random;
        this.axes = axes;
        this.reads = reads;
    }

    /** Uses every read once, and is bounded where it is a product or a sum. */
    Scalar map() {
        var body = IntStream.range(0, reads).<Scalar>mapToObj(Scalar::read).map(this::applied).reduce(this::combined)
                .orElseThrow();
        return switch (random.nextInt(5)) {
            case 0 -> body;
            case 1 -> body.times(Scalar.of(0.5));
            default -> body.apply(Fn1.TANH);
        };
    }

    /**
     * Maxima and minima have no ties, at which differences would not be the gradient.
     *
     * @param kept how many of the axes, the first ones, are not reduced
     * @param points how many points are combined; sums are divided by it
     */
    Scalar reduced(Reduction reduction, int kept, long points) {
        var product = IntStream.range(0, reads).<Scalar>mapToObj(Scalar::read).reduce(Scalar::times).orElseThrow();
        var body = random.nextInt(3) == 0 ? map() : product;
        return switch (reduction) {
            case Reduction.Sum _ -> points == 1 ? body : body.over(Scalar.of(points));
            case Reduction.None _ -> body;
            case Reduction.Max _, Reduction.Min _ -> IntStream.range(kept, axes)
                    .<Scalar>mapToObj(a -> new Scalar.Position(a).times(Scalar.of(0.1 + a / 37.0)))
                    .reduce(body.apply(Fn1.TANH), Scalar::plus);
        };
    }

    private Scalar applied(Scalar x) {
        var square = x.times(x).plus(Scalar.of(1));
        return switch (random.nextInt(12)) {
            case 0 -> x.apply(Fn1.SIGMOID);
            case 1 -> x.apply(Fn1.SIN);
            case 2 -> x.apply(Fn1.NEG);
            case 3 -> square.apply(Fn1.RSQRT);
            // Away from log(1), near which all digits of the argument cancel.
            case 4 -> square.plus(Scalar.of(1)).apply(Fn1.LOG);
            case 5 -> new Binary(Fn2.MAX, x, Scalar.of(0));
            case 6 -> x.apply(Fn1.ABS).apply(Fn1.NEG).apply(Fn1.EXP);
            case 7 -> axes == 0 ? x : x.times(position().plus(Scalar.of(1)))
                    .over(new Scalar.Extent(random.nextInt(axes)).plus(Scalar.of(3)));
            default -> x;
        };
    }

    private Scalar combined(Scalar x, Scalar y) {
        return switch (random.nextInt(9)) {
            case 0, 1 -> x.plus(y);
            case 2 -> x.minus(y);
            case 3, 4, 5 -> x.times(y);
            case 6 -> x.over(y.times(y).plus(Scalar.of(1)));
            case 7 -> new Binary(random.nextBoolean() ? Fn2.MAX : Fn2.MIN, x, y);
            default -> axes == 0 ? x.plus(y)
                    : new Scalar.Select(new Binary(Fn2.LT, position(), Scalar.of(random.nextInt(1, 4))), x, y);
        };
    }

    private Scalar position() {
        return new Scalar.Position(random.nextInt(axes));
    }
}
