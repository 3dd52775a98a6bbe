package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.List;

/** The scratch memory that a step touches; what a loop's body touches is the body's. */
final class SlotsOf {
    private SlotsOf() {}

    static List<Slot> step(Step step) {
        var slots = new ArrayList<Slot>();
        switch (step) {
            case Step.Fill fill -> {
                expression(fill.value(), slots);
                slots.add(fill.target().slot());
            }
            case Step.Reduce reduce -> {
                expression(reduce.value(), slots);
                reduce.init().ifPresent(init -> expression(init, slots));
                slots.add(reduce.target().slot());
            }
            case Step.FillReduce(Step.Fill fill, Step.Reduce reduce) -> {
                slots.addAll(step(fill));
                slots.addAll(step(reduce));
            }
            case Step.Multiply(Product product) -> {
                leaf(product.a().leaf(), slots);
                switch (product.b().base()) {
                    case Product.Base.InPlace(Leaf leaf) -> leaf(leaf, slots);
                    case Product.Base.Packed(Slot slot) -> slots.add(slot);
                }
                slots.add(product.c().slot());
            }
            case Step.Pack(Packing packing) -> {
                leaf(packing.source(), slots);
                slots.add(packing.panels().slot());
            }
            case Step.Border(_, Leaf.Windowed window) -> slots.add(window.home().slot());
            case Step.Scatter(_, Home home) -> slots.add(home.slot());
            case Step.Write write -> expression(write.value(), slots);
            // Rows are walked again and again, so nothing that one step needs may lie where another one writes.
            case Step.Rows rows -> rows.body().forEach(inner -> slots.addAll(step(inner)));
            case Step.Loop _ -> { }
        }
        return slots;
    }

    private static void expression(Expression expression, List<Slot> slots) {
        expression.leaves().forEach(leaf -> leaf(leaf, slots));
    }

    private static void leaf(Leaf leaf, List<Slot> slots) {
        switch (leaf) {
            case Leaf.Scratch(Home home) -> slots.add(home.slot());
            case Leaf.Windowed(_, Home home) -> slots.add(home.slot());
            case Leaf.InBuffer _, Leaf.Drawn _ -> { }
            case Leaf.InRow(_, Leaf index, _) -> leaf(index, slots);
        }
    }
}
