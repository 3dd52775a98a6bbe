package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.type.DType;

/** Writes the element of a tile or buffer at a point. */
final class TargetText {

    /** Where results go. */
    sealed interface Target {
        record Tile(Home home) implements Target {}

        record InBuffer(int buffer, Access access) implements Target {}
    }

    private final KernelText k;
    private final Elements elements;
    private final Target target;
    private final Optional<ImmutableList<Long>> strides;
    private final boolean isInPlace;
    private final DType dtype;
    private final String origin;

    TargetText(KernelText k, Target target) {
        this.k = k;
        this.elements = new Elements(k.module, k.f);
        this.target = target;
        Leaf leaf = leaf(target);
        this.strides = LeafStrides.of(leaf, k.kernel, k.space);
        this.isInPlace = LeafStrides.inPlace(leaf, k.kernel, k.space).isPresent();
        this.dtype = LeafText.dtype(leaf, k.kernel);
        this.origin = isInPlace ? LeafText.origin(k, leaf) : "";
    }

    /** The target seen as something that could be read. */
    static Leaf leaf(Target target) {
        return switch (target) {
            case Target.Tile(Home home) -> new Leaf.Scratch(home);
            case Target.InBuffer(int buffer, Access access) -> new Leaf.InBuffer(buffer, access);
        };
    }

    Optional<ImmutableList<Long>> strides() {
        return strides;
    }

    void scalar(Point point, String value) {
        elements.store(dtype, value, address(point), 1);
    }

    /** Writes a vector of neighbours along an axis. */
    void vector(Point point, int axis, int lanes, String value) {
        if (strides.orElseThrow().get(axis) == 1) {
            neighbours(address(point), value, lanes);
            return;
        }
        if (isInPlace && Spaced.isNear(strides.get().get(axis))) {
            new Spaced(k, dtype, Math.toIntExact(strides.get().get(axis)), lanes).store(address(point), value);
            return;
        }
        for (int lane = 0; lane < lanes; lane++) {
            String element = k.f.let("extractelement <%d x float> %s, i64 %d", lanes, value, lane);
            scalar(point.with(axis, k.plus(point.at(axis), Integer.toString(lane))), element);
        }
    }

    private void neighbours(String pointer, String value, int lanes) {
        if (dtype != DType.F32 || !Streaming.isStreamed(target, k)) {
            elements.store(dtype, value, pointer, lanes);
            return;
        }
        String label = k.label();
        String misaligned = k.f.let("and i64 %s, %d", k.f.let("ptrtoint ptr %s to i64", pointer), lanes * Float.BYTES - 1);
        k.f.line("br i1 %s, label %%%sstream, label %%%splain", k.f.let("icmp eq i64 %s, 0", misaligned), label, label);
        k.f.label(label + "stream");
        k.f.line("store <%d x float> %s, ptr %s, align %d, !nontemporal !{i32 1}", lanes, value, pointer, lanes * Float.BYTES);
        k.f.line("br label %%%sdone", label);
        k.f.label(label + "plain");
        elements.store(dtype, value, pointer, lanes);
        k.f.line("br label %%%sdone", label);
        k.f.label(label + "done");
    }

    /** Writes the first {@code valid} of a vector of neighbours along an axis. */
    void vector(Point point, int axis, int lanes, String value, String valid) {
        if (strides.orElseThrow().get(axis) == 1) {
            elements.store(dtype, value, address(point), lanes, Masks.first(k, lanes, valid));
            return;
        }
        String aside = k.f.slot("<%d x float>".formatted(lanes));
        k.f.line("store <%d x float> %s, ptr %s", lanes, value, aside);
        var lane = k.loop(valid);
        String element = k.f.let("load float, ptr %s", k.moved(aside, lane.index(), Float.BYTES));
        scalar(point.with(axis, k.plus(point.at(axis), lane.index())), element);
        lane.close();
    }

    private String address(Point point) {
        if (isInPlace) {
            return k.moved(origin, k.distance(point, strides.orElseThrow()), dtype.bytes());
        }
        var store = (Target.InBuffer) target;
        var parameter = k.kernel.parameters().get(store.buffer());
        var positions = LeafText.positions(k, store.access(), point, Optional.empty());
        return k.moved(k.buffer(store.buffer()), LeafText.offset(k, parameter, positions), dtype.bytes());
    }
}
