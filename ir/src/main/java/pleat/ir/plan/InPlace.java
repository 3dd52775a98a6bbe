package pleat.ir.plan;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.kernel.TileOp;
import pleat.ir.plan.Plan.Argument;

/**
 * Which output of a kernel may lie where one of its inputs lies. Every tile program must read exactly the elements of the input that it
 * stores of the output, and read them before it stores any; then no program sees what another one wrote.
 */
public final class InPlace {
    private InPlace() {}

    /** What a step reads, and what it may write in the same place. */
    public record Pair(Argument read, Argument written) {}

    /** The pairs of a launch that its kernel was written for: those of inputs that it takes. */
    public static Set<Pair> pairs(Kernel kernel, Plan.Step.Launch launch) {
        var pairs = new LinkedHashSet<Pair>();
        for (int in = 0; in < kernel.parameters().size(); in++) {
            for (int out = 0; out < kernel.parameters().size() && kernel.parameters().get(in).mode() == Mode.TAKEN; out++) {
                if (isLegal(kernel, in, out)) {
                    pairs.add(new Pair(launch.arguments().get(in), launch.arguments().get(out)));
                }
            }
        }
        return pairs;
    }

    /** Whether parameter {@code out} may be stored where parameter {@code in} lies, if the kernel takes it. */
    public static boolean isLegal(Kernel kernel, int in, int out) {
        var read = kernel.parameters().get(in);
        var written = kernel.parameters().get(out);
        if (!read.mode().isRead() || written.mode() != Mode.OUT || !read.type().equals(written.type()) || !read.layout().equals(written.layout())
                || !read.layout().isStrided()) {
            return false;
        }
        var body = kernel.body();
        int store = -1;
        for (int o = 0; o < body.size(); o++) {
            store = body.get(o) instanceof TileOp.Store op && op.buffer() == out ? o : store;
        }
        return store >= 0 && access(body.get(store)).filter(a -> a.isBare() && !a.guarded()).isPresent()
                && readsBefore(body, in, store, access(body.get(store)).orElseThrow());
    }

    private static Optional<Access> access(TileOp op) {
        return op instanceof TileOp.Store store ? Optional.of(store.access()) : Optional.empty();
    }

    /** Whether nothing of the body touches parameter {@code in} but loads before position {@code store}, each of what is stored there. */
    private static boolean readsBefore(List<TileOp> body, int in, int store, Access stored) {
        for (int o = 0; o < body.size(); o++) {
            boolean isBefore = o < store;
            boolean isRight = switch (body.get(o)) {
                case TileOp.Load load -> load.buffer() != in || isBefore && load.access().equals(stored);
                case TileOp.Gather gather -> gather.buffer() != in;
                case TileOp.Scatter scatter -> scatter.updates() != in && scatter.index() != in;
                case TileOp.Random random -> random.seed() != in;
                // What a loop reads it may read again and again, of other places each time.
                case TileOp.Loop loop -> !touches(loop.body(), in);
                case TileOp.Compute _, TileOp.Store _ -> true;
            };
            if (!isRight) {
                return false;
            }
        }
        return true;
    }

    private static boolean touches(List<TileOp> body, int in) {
        return body.stream().anyMatch(op -> switch (op) {
            case TileOp.Load load -> load.buffer() == in;
            case TileOp.Gather gather -> gather.buffer() == in;
            case TileOp.Scatter scatter -> scatter.updates() == in || scatter.index() == in;
            case TileOp.Random random -> random.seed() == in;
            case TileOp.Loop loop -> touches(loop.body(), in);
            case TileOp.Compute _, TileOp.Store _ -> false;
        });
    }
}
