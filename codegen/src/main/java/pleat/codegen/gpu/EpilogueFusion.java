package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Lets threads go on with the sums of a product where only the next step reads them, and each of them once: they need no memory then. */
final class EpilogueFusion {
    private final Map<Home, Integer> readers = new IdentityHashMap<>();

    private EpilogueFusion() {}

    static ImmutableList<Step> of(ImmutableList<Step> steps) {
        var fusion = new EpilogueFusion();
        fusion.count(steps);
        return fusion.fused(steps);
    }

    private void count(List<Step> steps) {
        for (Step step : steps) {
            if (step instanceof Step.Loop(_, var body)) {
                count(body);
            } else {
                HomePlaces.reads(step).distinct().forEach(home -> readers.merge(home, 1, Integer::sum));
            }
        }
    }

    private ImmutableList<Step> fused(List<Step> steps) {
        var result = new ArrayList<Step>();
        for (Step step : steps) {
            Step next = step instanceof Step.Loop(int axis, var body) ? new Step.Loop(axis, fused(body)) : step;
            var last = result.isEmpty() ? Optional.<Step>empty() : Optional.of(result.getLast());
            var both = last.flatMap(before -> before instanceof Step.Multiply product ? fused(product, next) : Optional.empty());
            both.ifPresent(_ -> result.removeLast());
            result.add(both.orElse(next));
        }
        return ImmutableList.copyOf(result);
    }

    private Optional<Step> fused(Step.Multiply product, Step next) {
        return switch (next) {
            case Step.Fill(var axes, Expression value, Home home) -> fused(product, axes, new Epilogue(product.epilogue().sum(), value, new Epilogue.Target.InHome(home)));
            case Step.Write(var axes, Expression value, int buffer, var access) -> fused(product, axes,
                    new Epilogue(product.epilogue().sum(), value, new Epilogue.Target.InBuffer(buffer, access)));
            case Step.Reduce _, Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> Optional.empty();
        };
    }

    private Optional<Step> fused(Step.Multiply step, List<Integer> axes, Epilogue epilogue) {
        Home sum = epilogue.sum();
        var factors = step.product().factors();
        boolean isOnly = step.epilogue().isNone() && readers.getOrDefault(sum, 0) == 1 && epilogue.value().homes().anyMatch(home -> home == sum);
        boolean isWhole = new LinkedHashSet<>(axes).equals(new LinkedHashSet<>(sum.axes()));
        // What it writes must not be what other threads still multiply.
        boolean isApart = Stream.concat(factors.left().homes(), factors.right().homes()).noneMatch(home -> epilogue.writes().anyMatch(target -> target == home));
        return isOnly && isWhole && isApart ? Optional.of(new Step.Multiply(step.product(), step.init(), epilogue)) : Optional.empty();
    }
}
