package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;

/**
 * Lets a sum go through the blocks of a loop by itself where the loop does nothing else: then it stays in registers from one block to the next, and what the
 * loop carried needs no memory.
 */
final class LoopFusion {
    private LoopFusion() {}

    static ImmutableList<Step> of(List<Step> steps) {
        var result = new ArrayList<Step>();
        for (Step step : steps) {
            if (!(step instanceof Step.Loop(int axis, var inside))) {
                result.add(step);
                continue;
            }
            var body = of(inside);
            var whole = result.isEmpty() ? Optional.<Step>empty() : walking(result.getLast(), axis, body);
            whole.ifPresent(_ -> result.removeLast());
            result.add(whole.orElseGet(() -> new Step.Loop(axis, body)));
        }
        return ImmutableList.copyOf(result);
    }

    /** What a tile that was filled before a loop is after it, if the loop only adds to it. */
    private static Optional<Step> walking(Step before, int axis, ImmutableList<Step> body) {
        if (body.size() != 2 || !(before instanceof Step.Fill(_, Expression start, Home carried)) || !(body.getLast() instanceof Step.Fill(_, Expression next, Home to))
                || to != carried || HomePlaces.reads(body.getFirst()).filter(home -> home == carried).count() != 1) {
            return Optional.empty();
        }
        return switch (body.getFirst()) {
            case Step.Multiply(Product product, var init, Epilogue epilogue) when epilogue.isNone() && carries(init, carried) && next.isHome(epilogue.sum()) ->
                    Optional.of(new Step.Multiply(product.through(axis), init(start, Reduction.SUM), Epilogue.none(carried)));
            case Step.Reduce(var reduction, var domain, Expression value, var init, Step.Into into) when carries(init, carried) && next.isHome(into.home()) ->
                    Optional.of(new Step.Reduce(reduction, domain.through(axis), value, init(start, reduction), new Step.Into(carried, into.parts())));
            case Step.Multiply _, Step.Reduce _, Step.Fill _, Step.Write _, Step.Scatter _, Step.Rows _, Step.Loop _ -> Optional.empty();
        };
    }

    private static boolean carries(Optional<Expression> init, Home carried) {
        return init.isPresent() && init.get().isHome(carried);
    }

    private static Optional<Expression> init(Expression start, Reduction reduction) {
        return start.body() instanceof Scalar.Const(double number) && number == reduction.identity() ? Optional.empty() : Optional.of(start);
    }
}
