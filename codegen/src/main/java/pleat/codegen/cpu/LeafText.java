package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.codegen.RowNumbers;
import pleat.codegen.llvm.RandomNumbers;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.type.DType;

/** Reads the element of a leaf at a point. Where the block lies is worked out once, when this is made. */
final class LeafText {
    private final KernelText k;
    private final Elements elements;
    private final Leaf leaf;
    private final Optional<ImmutableList<Long>> strides;
    private final boolean isInPlace;
    private final DType dtype;
    private final String origin;

    LeafText(KernelText k, Leaf leaf) {
        this.k = k;
        this.elements = new Elements(k.module, k.f);
        this.leaf = leaf;
        this.strides = LeafStrides.of(leaf, k.kernel, k.space);
        this.isInPlace = LeafStrides.inPlace(leaf, k.kernel, k.space).isPresent();
        this.dtype = dtype(leaf, k.kernel);
        this.origin = isInPlace ? origin(k, leaf) : "";
    }

    static DType dtype(Leaf leaf, Kernel kernel) {
        return switch (leaf) {
            case Leaf.Scratch _ -> DType.F32;
            case Leaf.InBuffer(int buffer, _) -> kernel.parameters().get(buffer).type().dtype();
            case Leaf.Windowed(Leaf.InBuffer(int buffer, _), _) -> kernel.parameters().get(buffer).type().dtype();
            case Leaf.Drawn _ -> DType.F32;
            case Leaf.InRow(int buffer, _, _) -> kernel.parameters().get(buffer).type().dtype();
        };
    }

    /** Pointer to the element at the start of the present block. */
    static String origin(KernelText k, Leaf leaf) {
        return switch (leaf) {
            case Leaf.Scratch(Home home) -> k.pointer(home);
            case Leaf.InBuffer(int buffer, Access access) -> bufferOrigin(k, buffer, access);
            case Leaf.Windowed window -> WindowText.origin(k, window);
            case Leaf.InRow _, Leaf.Drawn _ -> throw new IllegalStateException("`" + leaf + "` has no origin");
        };
    }

    /** Of a buffer that is strided, or in panels of which the block begins one. */
    static String bufferOrigin(KernelText k, int buffer, Access access) {
        var view = BufferView.of(k.kernel.parameters().get(buffer), access, k.space).orElseThrow();
        String offset = Long.toString(view.offset());
        for (int axis = 0; axis < k.space.rank(); axis++) {
            offset = k.plus(offset, k.times(k.start(axis), view.stride(axis)));
        }
        if (view.panel().isPresent()) {
            var panel = view.panel().get();
            String position = Long.toString(panel.offset());
            for (int axis = 0; axis < k.space.rank(); axis++) {
                position = k.plus(position, k.times(k.start(axis), panel.coefficients().get(axis)));
            }
            offset = k.plus(offset, k.times(k.dividedBy(position, panel.factor()), panel.stride()));
        }
        return k.moved(k.buffer(buffer), offset, view.dtype().bytes());
    }

    /** Whether the element changes along an axis. */
    boolean variesAlong(int axis) {
        return isInPlace ? strides.orElseThrow().get(axis) != 0 : LeafStrides.dependsOn(leaf, axis);
    }

    String scalar(Point point) {
        return switch (leaf) {
            case Leaf.Scratch _, Leaf.Windowed _ -> elements.load(dtype, address(point), 1);
            case Leaf.InBuffer(int buffer, Access access) -> isInPlace ? elements.load(dtype, address(point), 1)
                    : lookUp(buffer, access, point, Optional.empty());
            case Leaf.InRow(int buffer, Leaf index, Access access) -> lookUp(buffer, access, point, Optional.of(row(buffer, index, point)));
            case Leaf.Drawn drawn -> drawn(drawn, point, 0, 1);
        };
    }

    /** The elements at {@code lanes} neighbours along an axis, of which {@code valid} exist; the others hold anything. */
    String vector(Point point, int axis, int lanes, String valid) {
        if (leaf instanceof Leaf.Drawn drawn) {
            return drawn(drawn, point, axis, lanes);
        }
        if (strides.orElseThrow().get(axis) == 1) {
            return switch (leaf) {
                case Leaf.Scratch _, Leaf.Windowed _ -> elements.load(dtype, address(point), lanes);
                case Leaf.InBuffer(int buffer, Access access) -> isInPlace ? elements.load(dtype, address(point), lanes)
                        : new Neighbours(k, dtype, axis, lanes).load(buffer, access, point, Optional.empty());
                case Leaf.InRow(int buffer, Leaf index, Access access) -> new Neighbours(k, dtype, axis, lanes).load(buffer, access, point,
                        Optional.of(row(buffer, index, point)));
                case Leaf.Drawn _ -> throw new IllegalStateException("drawn already");
            };
        }
        long stride = strides.get().get(axis);
        if (isInPlace && Spaced.isNear(stride) && valid.equals(Integer.toString(lanes))) {
            return new Spaced(k, dtype, (int) stride, lanes).load(address(point));
        }
        String vector = "poison";
        for (int lane = 0; lane < lanes; lane++) {
            String step = valid.equals(Integer.toString(lanes)) ? Integer.toString(lane) : k.least(Integer.toString(lane), k.minus(valid, "1"));
            String element = scalar(point.with(axis, k.plus(point.at(axis), step)));
            vector = k.f.let("insertelement <%d x float> %s, float %s, i64 %d", lanes, vector, element, lane);
        }
        return vector;
    }

    private String drawn(Leaf.Drawn drawn, Point point, int axis, int lanes) {
        String seed = k.f.let("load i64, ptr %s", k.buffer(drawn.seed()));
        String first = position(k, drawn.position(), point);
        String positions = RandomNumbers.positions(k.f, first, drawn.position().coefficient(axis), lanes);
        return new RandomNumbers(lanes).draw(k.module, k.f, seed, drawn.stream(), positions);
    }

    private String address(Point point) {
        return k.moved(origin, k.distance(point, strides.orElseThrow()), dtype.bytes());
    }

    /** The number of a row: of a buffer as it is there, else as it is computed, which is in f32. */
    private String row(int table, Leaf index, Point point) {
        var numbers = new LeafText(k, index);
        return numbers.number(point).orElseGet(() -> {
            RowNumbers.check(k.kernel, table);
            k.module.declare("declare i64 @llvm.fptosi.sat.i64.f32(float)");
            return k.f.let("call i64 @llvm.fptosi.sat.i64.f32(float %s)", numbers.scalar(point));
        });
    }

    /** A whole number of a buffer as it is, in 64 bits, where f32 might not have it. */
    private Optional<String> number(Point point) {
        if (!(leaf instanceof Leaf.InBuffer(int buffer, Access access)) || access.guarded() || dtype != DType.I64 && dtype != DType.I32) {
            return Optional.empty();
        }
        String place = isInPlace ? address(point) : k.moved(k.buffer(buffer), offset(k, k.kernel.parameters().get(buffer),
                positions(k, access, point, Optional.empty())), dtype.bytes());
        return Optional.of(elements.number(dtype, place));
    }

    // Outside the buffer the element at its start is read, and 0 taken instead.
    private String lookUp(int buffer, Access access, Point point, Optional<String> row) {
        var parameter = k.kernel.parameters().get(buffer);
        var positions = positions(k, access, point, row);
        var shape = parameter.type().shape();
        String inside = "true";
        for (int d = 0; d < positions.length; d++) {
            if (access.guarded() || (d == 0 && row.isPresent())) {
                String isBelow = k.f.let("icmp ult i64 %s, %d", positions[d], shape[d]);
                inside = inside.equals("true") ? isBelow : k.f.let("and i1 %s, %s", inside, isBelow);
            }
        }
        String offset = offset(k, parameter, positions);
        if (inside.equals("true")) {
            return elements.load(dtype, k.moved(k.buffer(buffer), offset, dtype.bytes()), 1);
        }
        String safe = k.f.let("select i1 %s, i64 %s, i64 0", inside, offset);
        String value = elements.load(dtype, k.moved(k.buffer(buffer), safe, dtype.bytes()), 1);
        return k.f.let("select i1 %s, float %s, float 0.0", inside, value);
    }

    /** The subscripts at a point; the first one is {@code row} where rows are chosen by data. */
    static String[] positions(KernelText k, Access access, Point point, Optional<String> row) {
        var subscripts = access.subscripts().stream().map(index -> position(k, index, point));
        return Stream.concat(row.stream(), subscripts).toArray(String[]::new);
    }

    /** A subscript at a point, counted from the start of the buffer. */
    static String position(KernelText k, Index index, Point point) {
        String position = Long.toString(index.offset());
        for (var term : index.terms()) {
            position = k.plus(position, k.times(k.plus(k.start(term.axis()), point.at(term.axis())), term.coefficient()));
        }
        return position;
    }

    /** Offset in elements of the place with the given positions, in any layout. */
    static String offset(KernelText k, Kernel.Parameter parameter, String[] positions) {
        var strides = parameter.layout().pieceStrides(parameter.type().shape());
        String offset = "0";
        for (int p = 0; p < strides.length; p++) {
            var piece = parameter.layout().pieces().get(p);
            String position = positions[piece.dim()];
            offset = k.plus(offset, k.times(switch (piece.part()) {
                case Layout.Part.Whole _, Layout.Part.Padded _ -> position;
                case Layout.Part.Outer(long factor) -> k.dividedBy(position, factor);
                case Layout.Part.Inner(long factor) -> k.remainder(position, factor);
            }, strides[p]));
        }
        return offset;
    }
}
