package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.type.DType;

/**
 * Moves vectors whose elements lie a few elements apart, as the components of points and quaternions do: whole vectors are read, and what lies
 * between is left out; or whole vectors are written under a mask.
 */
record Spaced(KernelText k, DType dtype, int stride, int lanes) {
    /** Further apart, one element at a time is as quick. */
    private static final long MOST = 8;

    static boolean isNear(long stride) {
        return stride > 1 && stride <= MOST;
    }

    String load(String pointer) {
        var elements = new Elements(k.module, k.f);
        var vectors = new ArrayList<String>();
        for (int v = 0; v < stride; v++) {
            vectors.add(elements.load(dtype, k.moved(pointer, Integer.toString(v * lanes), dtype.bytes()), lanes));
        }
        String found = vectors.getFirst();
        for (int v = 1; v < stride; v++) {
            int vector = v;
            found = shuffle(found, vectors.get(v), lane -> {
                int at = lane * stride;
                return at / lanes == vector ? lanes + at % lanes : at / lanes > vector ? -1 : vector == 1 ? at : lane;
            });
        }
        return found;
    }

    void store(String pointer, String value) {
        var elements = new Elements(k.module, k.f);
        for (int v = 0; v < stride; v++) {
            int first = v * lanes;
            String spread = shuffle(value, "poison", lane -> (first + lane) % stride == 0 ? (first + lane) / stride : -1);
            String mask = IntStream.range(0, lanes).mapToObj(lane -> "i1 " + ((first + lane) % stride == 0)).collect(Collectors.joining(", ", "<", ">"));
            elements.store(dtype, spread, k.moved(pointer, Integer.toString(first), dtype.bytes()), lanes, mask);
        }
    }

    private String shuffle(String a, String b, IntUnaryOperator from) {
        String pattern = IntStream.range(0, lanes).map(from).mapToObj(lane -> lane < 0 ? "i32 poison" : "i32 " + lane).collect(Collectors.joining(", "));
        return k.f.let("shufflevector <%1$d x float> %2$s, <%1$d x float> %3$s, <%1$d x i32> <%4$s>", lanes, a, b, pattern);
    }
}
