package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.List;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.CountedLoop;
import pleat.codegen.llvm.FunctionText;
import pleat.codegen.llvm.ModuleText;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;

/** The function of a kernel while it is written: its parameters, the blocks of the present program, and arithmetic on indices. */
final class KernelText {
    final Kernel kernel;
    final BlockSpace space;
    final HostTarget target;
    final ModuleText module;
    final FunctionText f;
    private final ScratchAssignment scratch;
    private final List<String> buffers = new ArrayList<>();
    private final String[] starts;
    private final String[] sizes;
    private int labels;

    KernelText(Kernel kernel, HostTarget target, ModuleText module, ScratchAssignment scratch, String symbol) {
        this.kernel = kernel;
        this.space = new BlockSpace(kernel.axes());
        this.target = target;
        this.module = module;
        this.scratch = scratch;
        this.starts = new String[space.rank()];
        this.sizes = new String[space.rank()];
        String parameters = "ptr noalias readonly %buffers, i64 %begin, i64 %end, ptr noalias %scratch";
        this.f = new FunctionText("define void %s(%s) nounwind".formatted(symbol, parameters));
        f.label("entry");
        for (int b = 0; b < kernel.parameters().size(); b++) {
            buffers.add(f.let("load ptr, ptr %s", f.let("getelementptr ptr, ptr %%buffers, i64 %d", b)));
        }
        for (int axis = 0; axis < space.rank(); axis++) {
            starts[axis] = "0";
            sizes[axis] = Long.toString(space.size(axis));
        }
    }

    /** Sets the block of an axis that the code written from here on works on. */
    void enter(int axis, String block) {
        KernelAxis a = space.axes().get(axis);
        starts[axis] = space.isMoving(axis) ? times(block, a.block()) : "0";
        if (space.isRagged(axis)) {
            sizes[axis] = least(Long.toString(a.block()), f.let("sub i64 %d, %s", a.extent(), starts[axis]));
        }
    }

    String buffer(int position) {
        return buffers.get(position);
    }

    /** First position of the present block. */
    String start(int axis) {
        return starts[axis];
    }

    /** Positions of the present block. */
    String size(int axis) {
        return sizes[axis];
    }

    /** Number of points that some axes span in the present block. */
    String points(List<Integer> axes) {
        String points = "1";
        for (int axis : axes) {
            points = product(points, sizes[axis]);
        }
        return points;
    }

    String pointer(Slot slot) {
        return moved("%scratch", Long.toString(scratch.offset(slot)), 1);
    }

    /** Pointer to the element at the first position of all axes. */
    String pointer(Home home) {
        return moved(pointer(home.slot()), Long.toString(home.first()), Float.BYTES);
    }

    /** The pointer moved by so many elements. */
    String moved(String pointer, String elements, long bytes) {
        String distance = times(elements, bytes);
        return distance.equals("0") ? pointer : f.let("getelementptr i8, ptr %s, i64 %s", pointer, distance);
    }

    /** Distance of a point from the start of the block, in elements. */
    String distance(Point point, List<Long> strides) {
        String distance = "0";
        for (int axis = 0; axis < space.rank(); axis++) {
            distance = plus(distance, times(point.at(axis), strides.get(axis)));
        }
        return distance;
    }

    CountedLoop loop(String count) {
        return new CountedLoop(f, label(), count);
    }

    /** A name for a block that no other block begins with. */
    String label() {
        return "b" + labels++ + "_";
    }

    String times(String value, long factor) {
        if (factor == 0 || value.equals("0")) {
            return "0";
        }
        if (isNumber(value)) {
            return Long.toString(Math.multiplyExact(number(value), factor));
        }
        return factor == 1 ? value : f.let("mul i64 %s, %d", value, factor);
    }

    String product(String a, String b) {
        return isNumber(b) ? times(a, number(b)) : isNumber(a) ? times(b, number(a)) : f.let("mul i64 %s, %s", a, b);
    }

    String plus(String a, String b) {
        if (a.equals("0") || b.equals("0")) {
            return a.equals("0") ? b : a;
        }
        return isNumber(a) && isNumber(b) ? Long.toString(number(a) + number(b)) : f.let("add i64 %s, %s", a, b);
    }

    String minus(String a, String b) {
        return b.equals("0") ? a : isNumber(a) && isNumber(b) ? Long.toString(number(a) - number(b)) : f.let("sub i64 %s, %s", a, b);
    }

    /** The smaller of two numbers that are not negative. */
    String least(String a, String b) {
        if (isNumber(a) && isNumber(b)) {
            return Long.toString(Math.min(number(a), number(b)));
        }
        module.declare("declare i64 @llvm.umin.i64(i64, i64)");
        return f.let("call i64 @llvm.umin.i64(i64 %s, i64 %s)", a, b);
    }

    String dividedBy(String a, long divisor) {
        return divisor == 1 ? a : isNumber(a) ? Long.toString(number(a) / divisor) : f.let("udiv i64 %s, %d", a, divisor);
    }

    String remainder(String a, long divisor) {
        return divisor == 1 ? "0" : isNumber(a) ? Long.toString(number(a) % divisor) : f.let("urem i64 %s, %d", a, divisor);
    }

    static boolean isNumber(String value) {
        return !value.startsWith("%");
    }

    static long number(String value) {
        return Long.parseLong(value);
    }
}
