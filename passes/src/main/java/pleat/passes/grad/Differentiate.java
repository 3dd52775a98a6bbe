package pleat.passes.grad;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.Invariant;
import pleat.passes.NamedValues;
import pleat.passes.Pass;

/**
 * Reverse-mode differentiation of a whole module. The entry function takes in addition one cotangent for each floating output,
 * under the output's name, and returns in addition {@code grad/in/x} for each floating input and {@code grad/param/w} for each
 * floating weight.
 */
public final class Differentiate {
    public static final String NAME = "differentiate";
    public static final String SUMMARY = "Appends the gradients of the outputs for inputs and weights.";
    public static final Pass PASS = new Pass(NAME, SUMMARY, needs(Invariant.NO_CALLS), gives(Invariant.GRADIENTS),
            module -> run(module, List.of("*"), KeepSet.NONE));

    private Differentiate() {}

    /** Only the gradients whose names match one of the patterns, in which {@code *} stands for any text: {@code grad/in/*}. */
    public static Pass of(List<String> patterns) {
        return of(patterns, KeepSet.NONE);
    }

    /** @param keep what repetitions collect for their way back, so that it is not computed again */
    public static Pass of(List<String> patterns, KeepSet keep) {
        var fixed = ImmutableList.copyOf(patterns);
        String keeping = keep.equals(KeepSet.NONE) ? "" : ",keep=" + keep.text();
        return new Pass(NAME + "{" + String.join(",", fixed) + keeping + "}", SUMMARY, needs(Invariant.NO_CALLS),
                gives(Invariant.GRADIENTS), module -> run(module, fixed, keep));
    }

    /** Values of repeated functions that the way back reads, and which it would not have to compute again if all of them were kept. */
    public static NamedValues readBack(TensorModule module, List<String> patterns) {
        var workplace = new Workplace(module, KeepSet.ALL);
        run(workplace, patterns);
        return workplace.readBack();
    }

    private static TensorModule run(TensorModule module, List<String> patterns, KeepSet keep) {
        keep.check(module);
        return run(new Workplace(module, keep), patterns);
    }

    private static TensorModule run(Workplace workplace, List<String> patterns) {
        var module = workplace.module();
        var entry = module.entryFunction();
        var wanted = wanted(entry, patterns);
        var seeded = new BitSet();
        IntStream.range(0, entry.returns().size()).filter(r -> isFloating(entry.results().get(r))).forEach(seeded::set);
        var backward = new Backward(workplace, entry, wanted, seeded);
        backward.forward(Set.of());
        var parameters = new ArrayList<>(entry.parameters());
        seeded.stream().mapToObj(entry.returns()::get).forEach(output -> {
            var cotangent = new Value("ct_" + output.value().name(), output.value().type());
            parameters.add(new Parameter(cotangent, Role.COTANGENT, output.external(), output.sharding()));
            backward.contribute(output.value(), cotangent);
        });
        backward.backward();
        var returns = new ArrayList<>(entry.returns());
        wanted.stream().mapToObj(entry.parameters()::get)
                .forEach(p -> returns.add(new Function.Return(backward.adjointOrZeros(p.value()), gradientName(p), p.sharding())));
        var live = returns.stream().map(Function.Return::value).toList();
        return workplace.finish(new Function(entry.name(), ImmutableList.copyOf(parameters),
                Steps.prune(backward.steps().all(), live),
                ImmutableList.copyOf(returns)));
    }

    private static BitSet wanted(Function entry, List<String> patterns) {
        var wanted = new BitSet();
        for (String pattern : patterns) {
            var regex = Pattern.compile(Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote)
                    .collect(Collectors.joining(".*")));
            var found = IntStream.range(0, entry.parameters().size()).filter(p -> isDifferentiable(entry.parameters().get(p)))
                    .filter(p -> regex.matcher(gradientName(entry.parameters().get(p))).matches()).toArray();
            if (found.length == 0) {
                throw new UserException("the model has no gradient named `" + pattern
                        + "`\n  = note: gradients are named `grad/in/` and an "
                        + "input, or `grad/param/` and a weight");
            }
            IntStream.of(found).forEach(wanted::set);
        }
        return wanted;
    }

    private static boolean isDifferentiable(Parameter parameter) {
        return isFloating(parameter.value()) && (parameter.role() == Role.INPUT || parameter.role() == Role.WEIGHT);
    }

    private static boolean isFloating(Value value) {
        return value.type().dtype().isFloating();
    }

    /** The name under which the gradient for a parameter is returned. */
    public static String gradientName(Parameter parameter) {
        return switch (parameter.role()) {
            case INPUT -> "grad/in/" + parameter.external();
            case WEIGHT -> "grad/param/" + parameter.external();
            case PLAIN, COTANGENT, STATE -> throw new IllegalStateException("parameter `" + parameter.external() + "` has no gradient");
        };
    }
}
