package pleat.codegen.cpu;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.codegen.llvm.FunctionText;
import pleat.codegen.llvm.Lanes;
import pleat.codegen.llvm.MathFunction;
import pleat.codegen.llvm.ModuleText;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;

/** The scalar functions of formulas over f32 lanes. Each rounds by itself, so that a value is the same whatever it is computed beside. */
final class Arithmetic {
    private final ModuleText module;
    private final FunctionText f;
    private final Lanes lanes;

    Arithmetic(ModuleText module, FunctionText f, Lanes lanes) {
        this.module = module;
        this.f = f;
        this.lanes = lanes;
    }

    int lanes() {
        return lanes.lanes();
    }

    String constant(double value) {
        return lanes.constant((float) value);
    }

    String apply(Scalar.Fn1 fn, String x) {
        return switch (fn) {
            case NEG -> f.let("fneg %s %s", lanes.type(), x);
            case ABS -> call("llvm.fabs", x);
            case EXP -> call(MathFunction.EXP, x);
            case LOG -> call(MathFunction.LOG, x);
            case SQRT -> call(MathFunction.SQRT, x);
            case RSQRT -> call(MathFunction.RSQRT, x);
            case SIGMOID -> call(MathFunction.SIGMOID, x);
            case TANH -> call(MathFunction.TANH, x);
            case SIN -> call(MathFunction.SIN, x);
            case COS -> call(MathFunction.COS, x);
            case FLOOR -> call("llvm.floor", x);
            case STEP -> truth("ogt", x, constant(0));
            case STOP -> x;
        };
    }

    /** The exponential of what is not above 0; results below the normal range are 0. */
    String expNotPositive(String x) {
        return call(MathFunction.EXP_NOT_POSITIVE, x);
    }

    String apply(Scalar.Fn2 fn, String a, String b) {
        return switch (fn) {
            case ADD -> binary("fadd", a, b);
            case SUB -> binary("fsub", a, b);
            case MUL -> binary("fmul", a, b);
            case DIV -> binary("fdiv", a, b);
            case MAX -> choose("olt", a, b);
            case MIN -> choose("ogt", a, b);
            case POW -> power(a, b);
            case LT -> truth("olt", a, b);
            case LE -> truth("ole", a, b);
            case EQ -> truth("oeq", a, b);
        };
    }

    String select(String condition, String then, String otherwise) {
        String isTrue = f.let("fcmp une %s %s, %s", lanes.type(), condition, constant(0));
        return f.let("select %s %s, %s %s, %s %s", lanes.booleans(), isTrue, lanes.type(), then, lanes.type(), otherwise);
    }

    String combine(Reduction reduction, String a, String b) {
        return switch (reduction) {
            case Reduction.None _ -> b;
            case Reduction.Sum _ -> binary("fadd", a, b);
            case Reduction.Max _ -> choose("olt", a, b);
            case Reduction.Min _ -> choose("ogt", a, b);
        };
    }

    /** {@code a * b + c}, rounded once where the machine can. */
    String multiplyAdd(String a, String b, String c) {
        return call("llvm.fmuladd", a, b, c);
    }

    /** Combines the lanes of a vector into a scalar, half by half: LLVM's own maximum of a vector goes lane by lane. */
    String across(Reduction reduction, String vector) {
        int half = lanes.lanes() / 2;
        String lower = half(vector, 0, half);
        String upper = half(vector, half, half);
        var halves = new Arithmetic(module, f, Lanes.f32(half));
        return half == 1 ? halves.combine(reduction, first(lower), first(upper)) : halves.across(reduction, halves.combine(reduction, lower, upper));
    }

    private String half(String vector, int from, int count) {
        String pattern = IntStream.range(from, from + count).mapToObj(lane -> "i32 " + lane).collect(Collectors.joining(", "));
        return f.let("shufflevector %s %s, %s poison, <%d x i32> <%s>", lanes.type(), vector, lanes.type(), count, pattern);
    }

    private String first(String vector) {
        return f.let("extractelement <1 x float> %s, i64 0", vector);
    }

    // A NaN on the left survives, so that max(x, 0) shows it.
    private String choose(String predicate, String a, String b) {
        String isOther = f.let("fcmp %s %s %s, %s", predicate, lanes.type(), a, b);
        return f.let("select %s %s, %s %s, %s %s", lanes.booleans(), isOther, lanes.type(), b, lanes.type(), a);
    }

    private String truth(String predicate, String a, String b) {
        String isTrue = f.let("fcmp %s %s %s, %s", predicate, lanes.type(), a, b);
        return f.let("uitofp %s %s to %s", lanes.booleans(), isTrue, lanes.type());
    }

    /** {@code exp(b log|a|)} with the sign of a where b is odd; NaN for a negative a and a broken b; 1 where b is 0. */
    private String power(String a, String b) {
        String magnitude = call(MathFunction.EXP, binary("fmul", b, call(MathFunction.LOG, call("llvm.fabs", a))));
        String half = binary("fmul", b, constant(0.5));
        String isEven = f.let("fcmp oeq %s %s, %s", lanes.type(), call("llvm.floor", half), half);
        String isWhole = f.let("fcmp oeq %s %s, %s", lanes.type(), call("llvm.floor", b), b);
        String negated = f.let("fneg %s %s", lanes.type(), magnitude);
        String ofWhole = pick(isEven, magnitude, negated);
        String isNegative = f.let("fcmp olt %s %s, %s", lanes.type(), a, constant(0));
        String ofNegative = pick(isWhole, ofWhole, constant(Double.NaN));
        String isZero = f.let("fcmp oeq %s %s, %s", lanes.type(), b, constant(0));
        return pick(isZero, constant(1), pick(isNegative, ofNegative, magnitude));
    }

    private String pick(String condition, String then, String otherwise) {
        return f.let("select %s %s, %s %s, %s %s", lanes.booleans(), condition, lanes.type(), then, lanes.type(), otherwise);
    }

    private String binary(String operation, String a, String b) {
        return f.let("%s %s %s, %s", operation, lanes.type(), a, b);
    }

    private String call(MathFunction function, String x) {
        return f.let("call %1$s %2$s(%1$s %3$s)", lanes.type(), function.in(module, lanes), x);
    }

    private String call(String intrinsic, String... arguments) {
        String name = "@%s.%s".formatted(intrinsic, lanes.suffix());
        var given = List.of(arguments);
        module.declare("declare %s %s(%s)".formatted(lanes.type(), name, given.stream().map(_ -> lanes.type()).collect(Collectors.joining(", "))));
        return f.let("call %s %s(%s)", lanes.type(), name, given.stream().map(x -> lanes.type() + " " + x).collect(Collectors.joining(", ")));
    }
}
