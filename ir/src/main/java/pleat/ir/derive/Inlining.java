package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** One run of {@link Fusion#inline}: the equation that grows while the producer is put in the place of its reads. */
final class Inlining {
    private final Op.Compute producer;
    private final Op.Compute reader;
    private final Reduction reduction;
    private final List<Axis> axes;
    private final List<Access> reads;
    private final List<Value> operands;

    /** @param reader its axes are split already where the producer writes digits */
    Inlining(Op.Compute producer, Op.Compute reader, Reduction reduction) {
        this.producer = producer;
        this.reader = reader;
        this.reduction = reduction;
        this.axes = new ArrayList<>(reader.equation().axes());
        this.reads = new ArrayList<>(reader.equation().reads());
        this.operands = new ArrayList<>(reader.operands());
    }

    Derived<Op.Compute> run() {
        Map<Integer, Scalar> elements = new LinkedHashMap<>();
        for (int r = 0; r < reader.operands().size(); r++) {
            if (reader.operands().get(r) == producer.result()) {
                switch (element(reader.equation().reads().get(r))) {
                    case Derived.Yes<Scalar>(Scalar element) -> elements.put(r, element);
                    case Derived.No<Scalar>(String reason) -> {
                        return Derived.no("%s", reason);
                    }
                }
            }
        }
        var body = reader.equation().body()
                .rewrite(node -> node instanceof Scalar.Read(int read) && elements.containsKey(read) ? elements.get(read) : node);
        var equation = new Equation(ImmutableList.copyOf(axes), ImmutableList.copyOf(reads), reader.equation().target(),
                reduction, body);
        return Derived.yes(Normalize.of(new Op.Compute(reader.result(), equation, ImmutableList.copyOf(operands),
                reader.location())));
    }

    /** The producer's formula for its element at the given subscripts, over this equation's axes and reads. */
    private Derived<Scalar> element(Access access) {
        var equation = producer.equation();
        var subscripts = new Index[equation.axes().size()];
        for (int d = 0; d < access.rank(); d++) {
            if (!place(d, access.subscripts().get(d), subscripts)) {
                return Derived.no("the producer's subscript at dim %s has several axes, and the reader's has others", d);
            }
        }
        for (int a = 0; a < subscripts.length; a++) {
            if (subscripts[a] == null) {
                subscripts[a] = Index.axis(axes.size());
                axes.add(equation.axes().get(a));
            }
        }
        var condition = access.guarded() ? inside(access) : Derived.yes(Scalar.of(1));
        return condition.then(inside -> Substitute.body(equation.body(), equation.axes(), axes, a -> subscripts[a]).map(body -> {
            boolean guarded = !inside.equals(Scalar.of(1));
            int first = reads.size();
            for (int r = 0; r < equation.reads().size(); r++) {
                var moved = equation.reads().get(r).substitute(a -> subscripts[a]);
                reads.add(new Access(moved.subscripts(), moved.guarded() || guarded));
                operands.add(producer.operands().get(r));
            }
            var renumbered = body.rewrite(node -> node instanceof Scalar.Read(int read) ? new Scalar.Read(first + read) : node);
            return guarded && !vanishes(equation) ? new Scalar.Select(inside, renumbered, Scalar.of(0)) : renumbered;
        }));
    }

    private boolean place(int dim, Index subscript, Index[] subscripts) {
        var equation = producer.equation();
        var digits = Subscripts.digits(equation.write().subscripts().get(dim), equation.axes(), equation.dims().get(dim))
                .orElseThrow();
        if (digits.size() == 1) {
            subscripts[digits.getFirst().axis()] = subscript;
            return true;
        }
        var matched = Fusion.matchDigits(subscript, axes, digits.stream().map(t -> equation.axes().get(t.axis())).toList(),
                equation.dims().get(dim));
        for (int i = 0; matched != null && i < digits.size(); i++) {
            subscripts[digits.get(i).axis()] = matched.get(i);
        }
        return matched != null;
    }

    private Derived<Scalar> inside(Access access) {
        Derived<Scalar> all = Derived.yes(Scalar.of(1));
        for (int d = 0; d < access.rank(); d++) {
            var condition = Subscripts.insideCondition(access.subscripts().get(d), axes, producer.equation().dims().get(d));
            all = all.then(left -> condition.map(right -> right.equals(Scalar.of(1)) ? left
                    : left.equals(Scalar.of(1)) ? right : left.times(right)));
        }
        return all;
    }

    /**
     * Whether the producer's body is 0 outside its box by itself, because it is an element of an operand that ends where the box
     * ends.
     */
    private boolean vanishes(Equation equation) {
        return equation.isMap() && equation.body() instanceof Scalar.Read(int read)
                && Subscripts.isPlain(equation.reads().get(read), equation.axes(), producer.operands().get(read).type().dims())
                && equation.axes().size() == equation.reads().get(read).rank();
    }
}
