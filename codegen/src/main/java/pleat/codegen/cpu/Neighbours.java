package pleat.codegen.cpu;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.type.DType;

/** Reads vectors of neighbours that are found by their positions in a buffer; those outside of it are 0, and their memory is not touched. */
record Neighbours(KernelText k, DType dtype, int axis, int lanes) {

    /** The neighbours from a point on; {@code row} is the first position where rows are chosen by data. */
    String load(int buffer, Access access, Point point, Optional<String> row) {
        var parameter = k.kernel.parameters().get(buffer);
        var positions = LeafText.positions(k, access, point, row);
        var elements = new Elements(k.module, k.f);
        String pointer = k.moved(k.buffer(buffer), LeafText.offset(k, parameter, positions), dtype.bytes());
        var shape = parameter.type().shape();
        String inside = "";
        for (int d = 0; d < shape.length; d++) {
            long step = row.isPresent() && d == 0 ? 0 : access.subscripts().get(row.isPresent() ? d - 1 : d).coefficient(axis);
            if (access.guarded() || (d == 0 && row.isPresent())) {
                String isBelow = isBelow(positions[d], step, shape[d]);
                inside = inside.isEmpty() ? isBelow : k.f.let("and <%d x i1> %s, %s", lanes, inside, isBelow);
            }
        }
        return inside.isEmpty() ? elements.load(dtype, pointer, lanes) : elements.load(dtype, pointer, lanes, inside);
    }

    /** Of which lanes the position, {@code step} further with each lane, is one of the dim. */
    private String isBelow(String first, long step, long extent) {
        if (step == 0) {
            return splat("i1", k.f.let("icmp ult i64 %s, %d", first, extent));
        }
        String steps = IntStream.range(0, lanes).mapToObj(lane -> "i64 " + lane * step).collect(Collectors.joining(", ", "<", ">"));
        String all = k.f.let("add <%d x i64> %s, %s", lanes, splat("i64", first), steps);
        return k.f.let("icmp ult <%d x i64> %s, splat (i64 %d)", lanes, all, extent);
    }

    private String splat(String type, String value) {
        String one = k.f.let("insertelement <%d x %s> poison, %s %s, i64 0", lanes, type, type, value);
        return k.f.let("shufflevector <%1$d x %2$s> %3$s, <%1$d x %2$s> poison, <%1$d x i32> zeroinitializer", lanes, type, one);
    }
}
