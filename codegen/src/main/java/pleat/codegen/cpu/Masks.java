package pleat.codegen.cpu;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Vectors of truth values that select the first so many lanes. */
final class Masks {
    private Masks() {}

    static String first(KernelText k, int lanes, String valid) {
        if (KernelText.isNumber(valid)) {
            long count = KernelText.number(valid);
            return IntStream.range(0, lanes).mapToObj(i -> "i1 " + (i < count)).collect(Collectors.joining(", ", "<", ">"));
        }
        String steps = IntStream.range(0, lanes).mapToObj(i -> "i32 " + i).collect(Collectors.joining(", ", "<", ">"));
        String narrow = k.f.let("trunc i64 %s to i32", valid);
        String one = k.f.let("insertelement <%d x i32> poison, i32 %s, i64 0", lanes, narrow);
        String all = k.f.let("shufflevector <%1$d x i32> %2$s, <%1$d x i32> poison, <%1$d x i32> zeroinitializer", lanes, one);
        return k.f.let("icmp ugt <%d x i32> %s, %s", lanes, all, steps);
    }
}
