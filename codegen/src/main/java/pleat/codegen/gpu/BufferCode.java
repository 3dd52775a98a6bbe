package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.type.DType;

/** Elements of buffers. Distances are of 32 bits where the buffer is small enough that none can be longer. */
final class BufferCode {
    private final BlockCode k;
    private final Ints ints;

    BufferCode(BlockCode k) {
        this.k = k;
        this.ints = k.ints;
    }

    /** The element at a point; 0 outside, where a guard allows that. */
    Operand load(int buffer, Access access, Point point) {
        return load(buffer, positions(buffer, access, point), access.guarded() ? inside(buffer, access, point) : Ints.yes());
    }

    /**
     * The element of a row, 0 where there is no such row.
     *
     * @param number of the row, in 64 bits
     */
    Operand loadRow(int buffer, Operand number, Access access, Point point) {
        long rows = parameter(buffer).type().shape()[0];
        Operand inside = ints.isBelow(number, Operand.i64(rows));
        var rest = positions(buffer, access, point);
        Operand first = isWide(buffer, access) ? number : k.b.row(Opcode.LOW, number);
        if (access.guarded()) {
            inside = ints.both(inside, inside(buffer, access, point, 1));
        }
        return load(buffer, IntStream.range(0, rest.size() + 1).mapToObj(d -> d == 0 ? first : rest.get(d - 1)).toList(), inside);
    }

    void store(int buffer, Access access, Point point, Operand value) {
        store(buffer, address(buffer, access, point), value);
    }

    void store(int buffer, Operand address, Operand value) {
        k.b.act(storeRow(parameter(buffer).type().dtype()), address, value);
    }

    /** Four neighbours of what {@link WideReads#hasGroups} allows, in a buffer that begins at a multiple of 16. */
    List<Operand> loadGroup(Leaf.InBuffer leaf, Point point) {
        return loadGroup(leaf.buffer(), address(leaf.buffer(), leaf.access(), point));
    }

    List<Operand> loadGroup(int buffer, Operand address) {
        return k.b.rows(VectorRows.loadFour(parameter(buffer).type().dtype(), isConst(buffer)), List.of(address));
    }

    /** As {@link #loadGroup}. */
    void storeGroup(Leaf.InBuffer place, Point point, List<Operand> values) {
        storeGroup(place.buffer(), address(place.buffer(), place.access(), point), values);
    }

    void storeGroup(int buffer, Operand address, List<Operand> values) {
        var operands = new ArrayList<Operand>();
        operands.add(address);
        operands.addAll(values);
        k.b.rows(VectorRows.storeFour(parameter(buffer).type().dtype()), operands);
    }

    /** Whether a buffer begins at a multiple of 16; only the launch knows that. */
    Operand isAligned(int buffer) {
        var base = k.buffers.get(buffer);
        return k.b.row(base.type() == LaneType.CONST ? Opcode.ALIGNED_16 : Opcode.ALIGNED_16_GLOBAL, base);
    }

    /** The first element of a buffer of whole numbers. */
    Operand seed(int buffer) {
        return k.b.row(Opcode.LD_CONST_B64, k.buffers.get(buffer));
    }

    Operand load(int buffer, List<Operand> positions, Operand inside) {
        if (Ints.is(inside, 1)) {
            return element(buffer, positions);
        }
        return k.b.choose(inside, List.of(Operand.f32(0)), () -> List.of(element(buffer, positions))).getFirst();
    }

    /** A whole number of a buffer as it is, in 64 bits, where f32 might not have it. */
    Optional<Operand> number(int buffer, Access access, Point point) {
        return access.guarded() ? Optional.empty() : number(buffer, positions(buffer, access, point));
    }

    Optional<Operand> number(int buffer, List<Operand> positions) {
        var dtype = parameter(buffer).type().dtype();
        if (!isConst(buffer) || dtype != DType.I64 && dtype != DType.I32) {
            return Optional.empty();
        }
        Operand address = address(buffer, positions);
        return Optional.of(dtype == DType.I64 ? k.b.row(Opcode.LD_CONST_B64, address) : ints.wide(k.b.row(Opcode.LD_CONST_B32, address)));
    }

    private Operand element(int buffer, List<Operand> positions) {
        return element(buffer, address(buffer, positions));
    }

    /** The element at an address. */
    Operand element(int buffer, Operand address) {
        var dtype = parameter(buffer).type().dtype();
        return k.b.row(isConst(buffer) ? constLoad(dtype) : globalLoad(dtype), address);
    }

    private boolean isConst(int buffer) {
        return k.buffers.get(buffer).type() == LaneType.CONST;
    }

    /** An address and so many bytes: a number that loads and stores have in themselves. */
    Operand behind(int buffer, Operand address, long bytes) {
        return bytes == 0 ? address : k.b.row(isConst(buffer) ? Opcode.AT_CONST : Opcode.AT_GLOBAL, address, Operand.i64(bytes));
    }

    private Kernel.Parameter parameter(int buffer) {
        return k.kernel.parameters().get(buffer);
    }

    /** Whether an element at a point is one of the buffer's. */
    Operand isInside(Leaf.InBuffer leaf, Point point) {
        return inside(leaf.buffer(), leaf.access(), point);
    }

    private Operand inside(int buffer, Access access, Point point) {
        return inside(buffer, access, point, 0);
    }

    private Operand inside(int buffer, Access access, Point point, int firstDim) {
        long[] shape = parameter(buffer).type().shape();
        Operand inside = Ints.yes();
        for (int d = 0; d < access.rank(); d++) {
            inside = ints.both(inside, ints.isBelow(position(access.subscripts().get(d), point, false), Operand.i32(shape[d + firstDim])));
        }
        return inside;
    }

    private List<Operand> positions(int buffer, Access access, Point point) {
        boolean wide = isWide(buffer, access);
        return access.subscripts().stream().map(index -> position(index, point, wide)).toList();
    }

    /** A subscript at a point, counted from the start of the buffer. */
    Operand position(Index index, Point point, boolean wide) {
        Operand position = wide ? Operand.i64(index.offset()) : Operand.i32(index.offset());
        for (var term : index.terms()) {
            Operand at = ints.plus(k.axes.start(term.axis()), point.along(term.axis()));
            position = ints.plus(ints.times(wide ? ints.wide(at) : at, term.coefficient()), position);
        }
        return position;
    }

    private boolean isLarge(int buffer) {
        var parameter = parameter(buffer);
        return Math.multiplyExact(parameter.layout().storage(parameter.type().shape()), (long) parameter.type().dtype().bytes()) > Integer.MAX_VALUE;
    }

    // Both what lies in the buffer and every subscript must be known to fit.
    private boolean isWide(int buffer, Access access) {
        return isLarge(buffer) || access.subscripts().stream().anyMatch(index -> reach(index) > Integer.MAX_VALUE);
    }

    private long reach(Index index) {
        return Math.abs(index.offset()) + index.terms().stream().mapToLong(t -> Math.abs(t.coefficient()) * k.kernel.axes().get(t.axis()).extent()).sum();
    }

    /** Of the element at a point. */
    Operand address(int buffer, Access access, Point point) {
        return address(buffer, positions(buffer, access, point));
    }

    private Operand address(int buffer, List<Operand> positions) {
        var parameter = parameter(buffer);
        var strides = parameter.layout().pieceStrides(parameter.type().shape());
        boolean wide = isLarge(buffer) || positions.stream().anyMatch(p -> p.type() == LaneType.I64);
        Operand offset = wide ? Operand.i64(0) : Operand.i32(0);
        for (int p = 0; p < strides.length; p++) {
            var piece = parameter.layout().pieces().get(p);
            Operand position = wide ? ints.wide(positions.get(piece.dim())) : positions.get(piece.dim());
            offset = ints.plus(ints.times(switch (piece.part()) {
                case Layout.Part.Whole _, Layout.Part.Padded _ -> position;
                case Layout.Part.Outer(long factor) -> ints.over(position, factor);
                case Layout.Part.Inner(long factor) -> ints.rest(position, factor);
            }, strides[p] * parameter.type().dtype().bytes()), offset);
        }
        LaneValue base = k.buffers.get(buffer);
        return Ints.is(offset, 0) ? base : k.b.row(base.type() == LaneType.CONST ? Opcode.AT_CONST : Opcode.AT_GLOBAL, base, ints.wide(offset));
    }

    private static Opcode constLoad(DType dtype) {
        return switch (dtype) {
            case F64 -> Opcode.LD_CONST_F64;
            case F32 -> Opcode.LD_CONST_F32;
            case F16 -> Opcode.LD_CONST_F16;
            case BF16 -> Opcode.LD_CONST_BF16;
            case I64 -> Opcode.LD_CONST_I64;
            case I32 -> Opcode.LD_CONST_I32;
            case I16 -> Opcode.LD_CONST_I16;
            case I8 -> Opcode.LD_CONST_I8;
            case U8 -> Opcode.LD_CONST_U8;
            case BOOL -> Opcode.LD_CONST_BOOL;
        };
    }

    private static Opcode globalLoad(DType dtype) {
        return switch (dtype) {
            case F64 -> Opcode.LD_GLOBAL_F64;
            case F32 -> Opcode.LD_GLOBAL_F32;
            case F16 -> Opcode.LD_GLOBAL_F16;
            case BF16 -> Opcode.LD_GLOBAL_BF16;
            case I64 -> Opcode.LD_GLOBAL_I64;
            case I32 -> Opcode.LD_GLOBAL_I32;
            case I16 -> Opcode.LD_GLOBAL_I16;
            case I8 -> Opcode.LD_GLOBAL_I8;
            case U8 -> Opcode.LD_GLOBAL_U8;
            case BOOL -> Opcode.LD_GLOBAL_BOOL;
        };
    }

    private static Opcode storeRow(DType dtype) {
        return switch (dtype) {
            case F64 -> Opcode.ST_GLOBAL_F64;
            case F32 -> Opcode.ST_GLOBAL_F32;
            case F16 -> Opcode.ST_GLOBAL_F16;
            case BF16 -> Opcode.ST_GLOBAL_BF16;
            case I64 -> Opcode.ST_GLOBAL_I64;
            case I32 -> Opcode.ST_GLOBAL_I32;
            case I16 -> Opcode.ST_GLOBAL_I16;
            case I8 -> Opcode.ST_GLOBAL_I8;
            case U8 -> Opcode.ST_GLOBAL_U8;
            case BOOL -> Opcode.ST_GLOBAL_BOOL;
        };
    }
}
