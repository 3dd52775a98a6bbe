package pleat.codegen.gpu;

import java.util.stream.Stream;
import pleat.ir.index.Access;

/**
 * What is done with a product's sums while they are in registers.
 *
 * @param sum what the sums are in {@code value}; it has memory only if it is the target
 */
record Epilogue(Home sum, Expression value, Target target) {

    /** Where the numbers go. */
    sealed interface Target {
        record InHome(Home home) implements Target {}

        record InBuffer(int buffer, Access access) implements Target {}
    }

    /** The sums themselves. */
    static Epilogue none(Home sum) {
        return new Epilogue(sum, Expression.of(new Leaf.InHome(sum)), new Target.InHome(sum));
    }

    boolean isNone() {
        return value.isHome(sum) && writes().anyMatch(home -> home == sum);
    }

    /** Tiles in memory that it reads. */
    Stream<Home> reads() {
        return value.homes().filter(home -> home != sum);
    }

    Stream<Home> writes() {
        return switch (target) {
            case Target.InHome(Home home) -> Stream.of(home);
            case Target.InBuffer _ -> Stream.of();
        };
    }
}
