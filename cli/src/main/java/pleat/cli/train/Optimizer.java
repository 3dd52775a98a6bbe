package pleat.cli.train;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.tensor.Function;
import pleat.ir.type.TensorType;
import pleat.passes.train.UpdateRule;

/** The update rules that `std/optimizer.pleat` has, for a parameter of any shape. */
final class Optimizer implements UpdateRule {
    /** What {@code --optimizer} can be. */
    enum Kind {
        SGD("Sgd", 1e-2), ADAM("Adam", 1e-3);

        private final String module;
        private final double rate;

        Kind(String module, double rate) {
            this.module = module;
            this.rate = rate;
        }

        /** The learning rate that is meant if none is given. */
        double rate() {
            return rate;
        }
    }

    private final Frontend frontend = Frontend.ofImport("std.optimizer", Library.shipped());
    private final Kind kind;
    private final OptionalDouble norm;
    private final OptionalDouble decay;
    private final Map<TensorType, Function> functions = new LinkedHashMap<>();
    private final Map<TensorType, Function> averages = new LinkedHashMap<>();

    /**
     * @param norm what the norm of all gradients together is clipped to
     * @param decay what is left of an average of each parameter after a step; empty: there are no averages
     */
    Optimizer(Kind kind, OptionalDouble norm, OptionalDouble decay) {
        this.kind = kind;
        this.norm = norm;
        this.decay = decay;
    }

    @Override
    public Function of(TensorType type) {
        return functions.computeIfAbsent(type, _ -> compiled(kind.module, ImmutableMap.of(), type));
    }

    @Override
    public Optional<Function> average(TensorType type) {
        if (decay.isEmpty()) {
            return Optional.empty();
        }
        var left = ImmutableMap.of("decay", ConfigValue.of(decay.getAsDouble()));
        return Optional.of(averages.computeIfAbsent(type, _ -> compiled("Average", left, type)));
    }

    private Function compiled(String module, ImmutableMap<String, ConfigValue> settings, TensorType type) {
        var dims = type.dims().stream().map(dim -> dim.known()).toList();
        Map<String, List<Long>> shapes = frontend.signature(module).inputs().stream().map(input -> input.name())
                .filter(name -> !name.equals("rate") && !name.equals("turn")).collect(Collectors.toMap(name -> name, _ -> dims));
        return frontend.compile(module, new Request(settings, ImmutableMap.copyOf(shapes))).entryFunction();
    }

    @Override
    public Optional<Function> clip() {
        if (norm.isEmpty()) {
            return Optional.empty();
        }
        var most = ImmutableMap.of("most", ConfigValue.of(norm.getAsDouble()));
        return Optional.of(frontend.compile("Clip", new Request(most, ImmutableMap.of())).entryFunction());
    }
}
