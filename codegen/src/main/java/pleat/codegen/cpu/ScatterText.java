package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import pleat.codegen.llvm.CountedLoop;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;

/**
 * Writes a scatter: one pass over all indices, in order, adds the updates of those rows that the present block has. Programs share no row, so the sum
 * does not depend on how they are spread over threads.
 */
final class ScatterText {
    private final KernelText k;
    private final NestText nests;
    private final Elements elements;
    private final TileOp.Scatter op;
    private final Home target;
    private final int lanes;

    ScatterText(KernelText k, int lanes, TileOp.Scatter op, Home target) {
        this.k = k;
        this.nests = new NestText(k);
        this.elements = new Elements(k.module, k.f);
        this.op = op;
        this.target = target;
        this.lanes = lanes;
    }

    void write() {
        var index = k.kernel.parameters().get(op.index());
        var loops = new ArrayList<CountedLoop>();
        for (long extent : index.type().shape()) {
            loops.add(k.loop(Long.toString(extent)));
        }
        var update = loops.stream().map(CountedLoop::index).toArray(String[]::new);
        String number = elements.number(index.type().dtype(), k.moved(k.buffer(op.index()), LeafText.offset(k, index, update), index.type().dtype().bytes()));
        int rowAxis = op.result().axes().getFirst();
        String row = k.f.let("sub i64 %s, %s", number, k.start(rowAxis));
        String label = k.label();
        k.f.line("br i1 %s, label %%%sadd, label %%%snext", k.f.let("icmp ult i64 %s, %s", row, k.size(rowAxis)), label, label);
        k.f.label(label + "add");
        add(update, Point.origin(k.space.rank()).with(rowAxis, row));
        k.f.line("br label %%%snext", label);
        k.f.label(label + "next");
        loops.reversed().forEach(CountedLoop::close);
    }

    private void add(String[] update, Point point) {
        var rest = new ArrayList<>(op.result().axes().stream().skip(1).filter(axis -> !k.space.isSingle(axis)).toList());
        rest.sort((a, b) -> Long.compare(target.stride(b), target.stride(a)));
        boolean isVector = lanes > 1 && !rest.isEmpty() && target.stride(rest.getLast()) == 1 && isContiguous(rest.getLast());
        if (!isVector) {
            nests.each(runs(rest), point, at -> add(update, at, 1, "1"));
            return;
        }
        NestText.Turn turn = (at, valid) -> add(update, at, lanes, valid);
        nests.each(runs(rest.subList(0, rest.size() - 1)), point, outer -> nests.vectors(ImmutableList.of(rest.getLast()), outer, lanes, turn, turn));
    }

    private static List<ImmutableList<Integer>> runs(List<Integer> axes) {
        return axes.stream().map(ImmutableList::of).toList();
    }

    /** Whether neighbours of an update along an axis lie side by side. */
    private boolean isContiguous(int axis) {
        var updates = k.kernel.parameters().get(op.updates());
        int indexRank = k.kernel.parameters().get(op.index()).type().rank();
        var last = updates.layout().pieces().getLast();
        boolean isOnlyLast = last.part() instanceof Layout.Part.Whole && last.dim() >= indexRank;
        for (int d = 0; d < op.access().rank() && isOnlyLast; d++) {
            isOnlyLast = op.access().subscripts().get(d).coefficient(axis) == (d + indexRank == last.dim() ? 1 : 0);
        }
        return isOnlyLast;
    }

    private void add(String[] update, Point point, int width, String valid) {
        var parameter = k.kernel.parameters().get(op.updates());
        DType dtype = parameter.type().dtype();
        var subscripts = op.access().subscripts().stream().map(index -> LeafText.position(k, index, point));
        var positions = Stream.concat(Stream.of(update), subscripts).toArray(String[]::new);
        String more = elements.load(dtype, k.moved(k.buffer(op.updates()), LeafText.offset(k, parameter, positions), dtype.bytes()), width);
        String place = k.moved(k.pointer(target.slot()), k.distance(point, target.strides()), Float.BYTES);
        String type = Elements.vector("float", width);
        String sum = k.f.let("fadd %s %s, %s", type, elements.load(DType.F32, place, width), more);
        if (valid.equals(Integer.toString(width))) {
            elements.store(DType.F32, sum, place, width);
        } else {
            elements.store(DType.F32, sum, place, width, Masks.first(k, width, valid));
        }
    }
}
