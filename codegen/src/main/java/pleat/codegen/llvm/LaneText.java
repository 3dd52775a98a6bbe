package pleat.codegen.llvm;

import java.util.List;

/** Writes arithmetic on {@link Lanes} into a function; each method emits one instruction and returns the name of its result. */
final class LaneText {
    final Lanes lanes;
    private final ModuleText module;
    private final FunctionText f;

    LaneText(ModuleText module, FunctionText f, Lanes lanes) {
        this.module = module;
        this.f = f;
        this.lanes = lanes;
    }

    String constant(double value) {
        return lanes.constant(value);
    }

    String add(String a, String b) {
        return binary("fadd", a, b);
    }

    String sub(String a, String b) {
        return binary("fsub", a, b);
    }

    String mul(String a, String b) {
        return binary("fmul", a, b);
    }

    String div(String a, String b) {
        return binary("fdiv", a, b);
    }

    /** {@code a * b + c}, rounded once where the machine can. */
    String fma(String a, String b, String c) {
        return call("llvm.fmuladd", a, b, c);
    }

    String sqrt(String x) {
        return call("llvm.sqrt", x);
    }

    String abs(String x) {
        return call("llvm.fabs", x);
    }

    String copySign(String magnitude, String sign) {
        return call("llvm.copysign", magnitude, sign);
    }

    /** A NaN stays a NaN: the comparison with it is false. */
    String atMost(String x, double limit) {
        return select(compare("ogt", x, constant(limit)), constant(limit), x);
    }

    /** A NaN stays a NaN. */
    String atLeast(String x, double limit) {
        return select(compare("olt", x, constant(limit)), constant(limit), x);
    }

    /** Horner's rule; coefficients from the constant term up. */
    String polynomial(String x, double... coefficients) {
        String sum = constant(coefficients[coefficients.length - 1]);
        for (int i = coefficients.length - 2; i >= 0; i--) {
            sum = fma(sum, x, constant(coefficients[i]));
        }
        return sum;
    }

    String compare(String predicate, String a, String b) {
        return f.let("fcmp %s %s %s, %s", predicate, lanes.type(), a, b);
    }

    String select(String condition, String yes, String no) {
        return f.let("select %s %s, %s %s, %s %s", lanes.booleans(), condition, lanes.type(), yes, lanes.type(), no);
    }

    String bits(String x) {
        return f.let("bitcast %s %s to %s", lanes.type(), x, lanes.integers());
    }

    String ofBits(String bits) {
        return f.let("bitcast %s %s to %s", lanes.integers(), bits, lanes.type());
    }

    /** {@code add}, {@code sub}, {@code shl}, {@code ashr}, {@code and} on the integers of the lanes. */
    String integer(String operation, String a, String b) {
        return f.let("%s %s %s, %s", operation, lanes.integers(), a, b);
    }

    String integer(String operation, String a, long b) {
        return integer(operation, a, lanes.integer(b));
    }

    /** Whether the lowest bit is set. */
    String isOdd(String integers) {
        return f.let("trunc %s %s to %s", lanes.integers(), integers, lanes.booleans());
    }

    String toFloat(String integers) {
        return f.let("sitofp %s %s to %s", lanes.integers(), integers, lanes.type());
    }

    /** Two to the power of small integers, none of which leaves the range of normal numbers. */
    String powerOfTwo(String exponents) {
        return ofBits(integer("shl", integer("add", exponents, lanes.precision().exponentBias()),
                lanes.precision().mantissaBits));
    }

    /** A function of the module over the same lanes. */
    String apply(MathFunction function, String x) {
        return f.let("call %1$s %2$s(%1$s %3$s)", lanes.type(), function.in(module, lanes), x);
    }

    private String binary(String operation, String a, String b) {
        return f.let("%s %s %s, %s", operation, lanes.type(), a, b);
    }

    private String call(String intrinsic, String... arguments) {
        String type = lanes.type();
        String name = "@%s.%s".formatted(intrinsic, lanes.suffix());
        List<String> given = List.of(arguments);
        module.declare("declare %s %s(%s)".formatted(type, name, String.join(", ", given.stream().map(_ -> type).toList())));
        return f.let("call %s %s(%s)", type, name, String.join(", ", given.stream().map(value -> type + " " + value).toList()));
    }
}
