package pleat.cli.run;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.runtime.host.GivenTensors;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding;
import pleat.runtime.io.WeightBinding.Bound;
import pleat.runtime.io.WeightBinding.Required;

/** The tensors of files in the places of a plan's inputs and weights. All of them are found and right before the first is copied. */
final class ArgumentBinding {
    private final ImmutableMap<Plan.Buffer, Bound> bound;

    private ArgumentBinding(ImmutableMap<Plan.Buffer, Bound> bound) {
        this.bound = bound;
    }

    /** Where the tensors of each kind come from; all three may be the same file, under different prefixes of its names. */
    record Files(Weights weights, TensorSource inputs, TensorSource cotangents) {}

    /** Parameters, and how their file names and arranges them. */
    record Weights(TensorSource source, NameMap names) {}

    /** @param note is told of what the files have and the plan does not want */
    static ArgumentBinding of(Plan plan, Files files, Consumer<String> note) {
        var bound = new LinkedHashMap<Plan.Buffer, Bound>();
        var byKind = buffers(plan);
        var weights = files.weights();
        bind(byKind.get(Kind.WEIGHT), WeightBinding.parameters(required(byKind.get(Kind.WEIGHT)), weights.source(), weights.names(), note), bound);
        bind(byKind.get(Kind.INPUT), WeightBinding.inputs(required(byKind.get(Kind.INPUT)), files.inputs(), NameMap.SAME), bound);
        bind(byKind.get(Kind.COTANGENT), WeightBinding.cotangents(required(byKind.get(Kind.COTANGENT)), files.cotangents(), NameMap.SAME), bound);
        return new ArgumentBinding(ImmutableMap.copyOf(bound));
    }

    /** What a plan wants of one kind, as files have it. */
    static List<Required> required(Plan plan, Kind kind) {
        return required(buffers(plan).get(kind));
    }

    private static Map<Kind, List<Plan.Buffer>> buffers(Plan plan) {
        var byKind = new EnumMap<Kind, List<Plan.Buffer>>(Kind.class);
        for (Kind kind : Kind.values()) {
            byKind.put(kind, plan.buffers().stream().filter(buffer -> source(buffer.place().kind()) == kind).toList());
        }
        return byKind;
    }

    /** For files, what a run consumes is an input like the others. */
    private static Kind source(Kind kind) {
        return kind == Kind.CONSUMED ? Kind.INPUT : kind;
    }

    private static void bind(List<Plan.Buffer> buffers, List<Bound> found, Map<Plan.Buffer, Bound> bound) {
        for (int b = 0; b < buffers.size(); b++) {
            bound.put(buffers.get(b), found.get(b));
        }
    }

    // The model's type is f32 wherever the plan stores fewer bits: rounding is what the plan was asked for, and not the file's fault.
    private static List<Required> required(List<Plan.Buffer> buffers) {
        return buffers.stream().map(buffer -> {
            var dtype = buffer.type().dtype() == DType.BF16 ? DType.F32 : buffer.type().dtype();
            return new Required(buffer.place().external(), TensorHeader.of(dtype, buffer.type().shape()));
        }).toList();
    }

    void fill(GivenTensors runner) {
        for (var buffer : runner.wanted()) {
            runner.fill(buffer, (wanted, memory) -> copy(bound.get(wanted), wanted.type().dtype(), memory));
        }
    }

    /** The whole of an argument. */
    TensorData tensor(Plan.Buffer buffer, Arena arena) {
        return bound.get(buffer).tensor(arena);
    }

    private static void copy(Bound tensor, DType dtype, MemorySegment memory) {
        if (tensor.required().header().dtype() == dtype) {
            tensor.copyTo(memory);
        } else {
            try (var arena = Arena.ofConfined()) {
                tensor.tensor(arena).copyTo(memory, dtype);
            }
        }
    }

    /** Refuses infinities and NaN. */
    void checkFinite() {
        bound.forEach((buffer, tensor) -> tensor.parts()
                .forEach(part -> checkFinite(noun(buffer.place().kind()), tensor.required().name(), part)));
    }

    static void checkFinite(String noun, String name, TensorData tensor) {
        OptionalLong found = tensor.firstNonFinite();
        if (found.isPresent()) {
            throw new UserException("%s `%s` is not finite: it has %s at %s".formatted(noun, name, tensor.at(found.getAsLong()),
                    position(found.getAsLong(), tensor)));
        }
    }

    private static String noun(Kind kind) {
        return switch (kind) {
            case WEIGHT -> "parameter";
            case COTANGENT -> "cotangent";
            case INPUT, CONSUMED -> "input";
            case STATE -> "state";
            case OUTPUT, TEMPORARY, SCRATCH -> throw new IllegalArgumentException(kind + " is no argument");
        };
    }

    private static List<Long> position(long index, TensorData tensor) {
        var position = new Long[tensor.shape().length()];
        long rest = index;
        for (int dim = position.length - 1; dim >= 0; dim--) {
            position[dim] = rest % tensor.shape().get(dim);
            rest /= tensor.shape().get(dim);
        }
        return List.of(position);
    }
}
