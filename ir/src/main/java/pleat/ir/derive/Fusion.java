package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.type.Dim;

/** Whether and how two equations, of which one reads the other, can be made one. What is worth fusing is decided by passes. */
public final class Fusion {
    private Fusion() {}

    /**
     * Producer and reader over the same box: write axis d of the producer is axis d of the reader, which reads the producer's
     * element at its own point. The reader can therefore be computed from the producer's accumulators before anything is stored.
     */
    public record Aligned(Op.Compute producer, Op.Compute reader) {}

    /**
     * The reader with the producer's formula in the place of its element, in normal form. Legal for
     * <ul>
     * <li>a producer that is a map: its axes become the reader's subscripts, whatever the reader does;
     * <li>a reduced producer whose reader only moves elements ({@code q[s,i,h,c] = lin[s,i,h*32+c]}) or reduces them further
     * with the same monoid: the result is one reduction.
     * </ul>
     * A producer that writes {@code h*32 + c} is inlined by splitting the reader's axis into h and c.
     */
    public static Derived<Op.Compute> inline(Op.Compute producer, Op.Compute reader) {
        if (!reader.operands().contains(producer.result())) {
            return Derived.no("the reader does not read the producer");
        }
        if (rounds(producer)) {
            return Derived.no("the producer rounds to `%s`", producer.result().type().dtype().text());
        }
        if (!Subscripts.isBijective(producer.equation().write(), producer.equation().axes(), producer.equation().dims())) {
            return Derived.no("the producer does not write every place from one point");
        }
        var reduction = reduction(producer.equation(), reader);
        return reduction.then(monoid -> splitReader(producer, reader).then(split -> new Inlining(producer, split, monoid).run()));
    }

    /** Whether storing the producer changes its values in a way that is part of the program: a conversion to integers. */
    private static boolean rounds(Op.Compute producer) {
        if (producer.result().type().dtype().isFloating()) {
            return false;
        }
        return switch (producer.equation().body()) {
            case Scalar.Read(int read) -> !producer.operands().get(read).type().dtype().equals(producer.result().type().dtype());
            case Scalar.Binary(Scalar.Fn2 fn, _, _) -> fn != Scalar.Fn2.LT && fn != Scalar.Fn2.LE && fn != Scalar.Fn2.EQ;
            case Scalar.Const _, Scalar.Position _, Scalar.Extent _, Scalar.Unary _, Scalar.Select _ -> true;
        };
    }

    private static Derived<Reduction> reduction(Equation producer, Op.Compute reader) {
        var monoid = reader.equation().reduction();
        if (producer.isMap()) {
            return Derived.yes(monoid);
        }
        if (!(reader.equation().body() instanceof Scalar.Read(int read))) {
            return Derived.no("the producer is reduced and the reader computes with the result");
        }
        if (!monoid.equals(Reduction.NONE) && !monoid.equals(producer.reduction())) {
            return Derived.no("a %s of a %s is not one reduction", monoid.text(), producer.reduction().text());
        }
        if (producer.reduction().equals(Reduction.SUM)) {
            return Derived.yes(Reduction.SUM);
        }
        if (reader.equation().reads().get(read).guarded()) {
            return Derived.no("a guarded read of a %s is 0 outside, which is not its identity", producer.reduction().text());
        }
        boolean covers = Subscripts.isBijective(reader.equation().write(), reader.equation().axes(), reader.equation().dims());
        return covers || !monoid.equals(Reduction.NONE) ? Derived.yes(producer.reduction())
                : Derived.no("places that the reader does not write hold 0, which is not the identity of %s",
                        producer.reduction().text());
    }

    /** Splits each axis of the reader that stands where the producer writes several digits. */
    private static Derived<Op.Compute> splitReader(Op.Compute producer, Op.Compute reader) {
        var equation = producer.equation();
        var current = reader;
        for (int d = 0; d < equation.dims().size(); d++) {
            var digits = digits(equation, d);
            for (int r = 0; digits.size() > 1 && r < current.operands().size(); r++) {
                var bare = current.operands().get(r) == producer.result() ? current.equation().reads().get(r).subscripts().get(d)
                        .bareAxis()
                        : OptionalInt.empty();
                if (bare.isPresent()) {
                    var split = splitAxis(current, bare.getAsInt(), digits);
                    if (!(split instanceof Derived.Yes<Op.Compute>(Op.Compute next))) {
                        return split;
                    }
                    current = next;
                }
            }
        }
        return Derived.yes(current);
    }

    private static ImmutableList<Axis> digits(Equation equation, int dim) {
        return Subscripts.digits(equation.write().subscripts().get(dim), equation.axes(), equation.dims().get(dim)).orElseThrow()
                .stream()
                .map(t -> equation.axes().get(t.axis())).collect(ImmutableList.toImmutableList());
    }

    /** The same op with one axis replaced by several whose extents multiply to its own, most significant first. */
    public static Derived<Op.Compute> splitAxis(Op.Compute compute, int axis, List<Axis> digits) {
        var axes = new ArrayList<>(compute.equation().axes());
        long extent = digits.stream().mapToLong(d -> d.extent().known()).reduce(1, Math::multiplyExact);
        if (!axes.get(axis).extent().equals(Dim.of(extent))) {
            return Derived.no("axis `%s` has %s positions and is split into %s", axes.get(axis).name(), axes.get(axis).extent(),
                    extent);
        }
        var subscript = Index.constant(0);
        for (int d = 0; d < digits.size(); d++) {
            int place = d == 0 ? axis : axes.size();
            subscript = subscript.times(digits.get(d).extent().known()).plus(Index.axis(place));
            if (d == 0) {
                axes.set(axis, digits.get(0));
            } else {
                axes.add(digits.get(d));
            }
        }
        var number = subscript;
        return Substitute.axes(compute.equation(), axes, a -> a == axis ? number : Index.axis(a))
                .map(split -> new Op.Compute(compute.result(), split, compute.operands(), compute.location()));
    }

    /**
     * Both ops over one box, so that the reader can be the producer's epilogue; axes of the producer are split where the reader
     * reads {@code h*32 + c}. Refused where the reader reduces, repeats or moves the producer's elements.
     */
    public static Derived<Aligned> align(Op.Compute producer, Op.Compute reader) {
        var reads = IntStream.range(0, reader.operands().size()).filter(r -> reader.operands().get(r) == producer.result())
                .boxed().toList();
        var accesses = new LinkedHashSet<Access>();
        reads.forEach(r -> accesses.add(reader.equation().reads().get(r)));
        if (accesses.size() != 1) {
            return Derived.no("the reader reads the producer at %s different subscripts", accesses.size());
        }
        var access = accesses.getFirst();
        var equation = reader.equation();
        var dims = producer.result().type().dims();
        if (!equation.isMap()) {
            return Derived.no("the reader reduces");
        }
        if (!Subscripts.isBijective(access, equation.axes(), dims)
                || IntStream.range(0, equation.axes().size()).anyMatch(a -> !access.uses(a))) {
            return Derived.no("the reader does not read each element of the producer at one point");
        }
        if (!Subscripts.isPlain(producer.equation().write(), producer.equation().axes(), dims)) {
            return Derived.no("the producer does not write at bare axes");
        }
        return alignOver(Normalize.of(producer), reader, access);
    }

    private static Derived<Aligned> alignOver(Op.Compute producer, Op.Compute reader, Access access) {
        var order = new ArrayList<Integer>();
        var split = producer;
        for (int d = 0; d < access.rank(); d++) {
            var digits = Subscripts.digits(access.subscripts().get(d), reader.equation().axes(),
                    producer.equation().dims().get(d)).orElseThrow();
            digits.forEach(t -> order.add(t.axis()));
            if (digits.size() > 1) {
                split = splitAxis(split, d, digits.stream().map(t -> reader.equation().axes().get(t.axis())).toList()).orThrow();
            }
        }
        var axes = order.stream().map(reader.equation().axes()::get).toList();
        var aligned = Normalize.of(split);
        return Substitute.axes(reader.equation(), axes, a -> Index.axis(order.indexOf(a)))
                .map(equation -> new Aligned(aligned,
                        new Op.Compute(reader.result(), equation, reader.operands(), reader.location())));
    }

    /** Whether inlining evaluates some points of the producer more than once; refuses nothing, it is a question of cost. */
    public static boolean duplicatesWork(Op.Compute producer, Op.Compute reader) {
        var equation = reader.equation();
        var accesses = new LinkedHashSet<Access>();
        for (int r = 0; r < reader.operands().size(); r++) {
            if (reader.operands().get(r) == producer.result()) {
                accesses.add(equation.reads().get(r));
            }
        }
        return accesses.size() > 1 || accesses.stream().anyMatch(access -> !Subscripts.isInjective(access, equation.axes())
                || IntStream.range(0, equation.axes().size()).anyMatch(a -> !access.uses(a)));
    }

    /** The digits of a subscript that counts exactly as the producer's digits do; null where it counts otherwise. */
    static List<Index> matchDigits(Index subscript, List<Axis> axes, List<Axis> digits, Dim dim) {
        var terms = Subscripts.digits(subscript, axes, dim).orElse(ImmutableList.of());
        boolean same = terms.size() == digits.size() && IntStream.range(0, terms.size())
                .allMatch(t -> Objects.equals(axes.get(terms.get(t).axis()).extent(), digits.get(t).extent()));
        return same ? terms.stream().map(Term::axis).map(Index::axis).toList() : null;
    }
}
