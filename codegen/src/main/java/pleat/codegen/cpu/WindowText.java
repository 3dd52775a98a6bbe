package pleat.codegen.cpu;

/** Writes where a windowed read finds its elements, and the copy that it needs at the border. */
final class WindowText {
    private WindowText() {}

    /** Pointer to the first element of the present block: in the buffer, or in the copy. */
    static String origin(KernelText k, Leaf.Windowed window) {
        String inBuffer = LeafText.bufferOrigin(k, window.inside().buffer(), window.inside().access());
        return k.f.let("select i1 %s, ptr %s, ptr %s", isInside(k, window), inBuffer, k.pointer(window.home()));
    }

    static void write(KernelText k, int lanes, Step.Border border) {
        String label = k.label();
        k.f.line("br i1 %s, label %%%sdone, label %%%scopy", isInside(k, border.window()), label, label);
        k.f.label(label + "copy");
        new MapText(k, lanes).write(border.axes(), Expression.of(border.window().inside()), new TargetText.Target.Tile(border.window().home()),
                Point.origin(k.space.rank()));
        k.f.line("br label %%%sdone", label);
        k.f.label(label + "done");
    }

    /** Whether all positions of the present block exist. */
    private static String isInside(KernelText k, Leaf.Windowed window) {
        var parameter = k.kernel.parameters().get(window.inside().buffer());
        var view = BufferView.of(parameter, window.inside().access(), k.space).orElseThrow();
        String isInside = "true";
        for (var bound : view.bounds()) {
            String first = LeafText.position(k, bound.subscript(), Point.origin(k.space.rank()));
            String least = first;
            String most = first;
            for (var term : bound.subscript().terms()) {
                String reach = k.times(k.minus(k.size(term.axis()), "1"), term.coefficient());
                least = term.coefficient() < 0 ? k.plus(least, reach) : least;
                most = term.coefficient() > 0 ? k.plus(most, reach) : most;
            }
            for (String end : new String[] {least, most}) {
                isInside = k.f.let("and i1 %s, %s", isInside, k.f.let("icmp ult i64 %s, %d", end, bound.extent()));
            }
        }
        return isInside;
    }
}
