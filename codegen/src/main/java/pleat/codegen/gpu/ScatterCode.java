package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes a scatter: each element looks for its updates, in order, so that no two threads write to the same place and the sum is always the same. */
final class ScatterCode {
    private final BlockCode k;
    private final BufferCode buffers;
    private final Nest nest;
    private final Step.Scatter step;

    ScatterCode(BlockCode k, Step.Scatter step) {
        this.k = k;
        this.buffers = new BufferCode(k);
        this.nest = new Nest(k);
        this.step = step;
    }

    void write() {
        var op = step.op();
        nest.spread(op.result().axes(), nest.threads(), point -> {
            int rows = op.result().axes().getFirst();
            var row = k.ints.plus(k.axes.start(rows), point.along(rows));
            k.store(step.home(), point, sum(new ArrayList<>(), Operand.f32(0), row, point));
        });
    }

    private Operand sum(List<Operand> index, Operand sum, Operand row, Point point) {
        var op = step.op();
        long[] shape = k.kernel.parameters().get(op.index()).type().shape();
        if (index.size() < shape.length) {
            var range = new LaneOp.Range(Operand.i32(0), Operand.i32(shape[index.size()]), Operand.i32(1));
            return k.b.loop(range, List.of(sum), (at, carried) -> List.of(
                    sum(Stream.concat(index.stream(), Stream.of(at)).toList(), carried.getFirst(), row, point))).getFirst();
        }
        return k.b.choose(isRow(index, row), List.of(sum), () -> {
            var rest = op.access().subscripts().stream().map(subscript -> buffers.position(subscript, point, false));
            var update = buffers.load(op.updates(), Stream.concat(index.stream(), rest).toList(), Ints.yes());
            return List.of(k.b.row(Opcode.ADD_F32, sum, update));
        }).getFirst();
    }

    private Operand isRow(List<Operand> index, Operand row) {
        var exact = buffers.number(step.op().index(), index);
        if (exact.isPresent()) {
            return k.b.row(Opcode.EQ_I64, exact.get(), k.ints.wide(row));
        }
        // What is left are numbers of 16 bits and less.
        return k.b.row(Opcode.EQ_F32, buffers.load(step.op().index(), index, Ints.yes()), k.b.row(Opcode.F32_I32, row));
    }
}
