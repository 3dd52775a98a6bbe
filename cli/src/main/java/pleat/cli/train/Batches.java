package pleat.cli.train;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.passes.train.TrainingStep;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.WeightBinding;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

/** The inputs of each step: those of a file every time, or numbers that depend on the seed and the step alone. */
final class Batches {
    /** A prime, so that the seeds of neighbouring runs and steps do not meet. */
    private static final long STRIDE = 1_000_003;

    private final List<Plan.Buffer> wanted;
    private final Optional<Map<String, TensorData>> fixed;
    private final long seed;

    private Batches(List<Plan.Buffer> wanted, Optional<Map<String, TensorData>> fixed, long seed) {
        this.wanted = wanted;
        this.fixed = fixed;
        this.seed = seed;
    }

    /** @param memory holds what is read from the file */
    static Batches of(Plan plan, Optional<Path> file, long seed, Arena memory) {
        var wanted = plan.buffers().stream().filter(buffer -> buffer.place().kind() == Kind.INPUT && !buffer.place().external().equals(TrainingStep.RATE)).toList();
        return new Batches(wanted, file.map(path -> read(path, wanted, memory)), seed);
    }

    private static Map<String, TensorData> read(Path path, List<Plan.Buffer> wanted, Arena memory) {
        var tensors = new LinkedHashMap<String, TensorData>();
        try (var source = WeightFiles.open(path)) {
            var inputs = source.names().stream().anyMatch(name -> name.startsWith("in/")) ? source.under("in/") : source;
            WeightBinding.inputs(wanted.stream().map(Batches::required).toList(), inputs, NameMap.SAME)
                    .forEach(bound -> tensors.put(bound.required().name(), bound.tensor(memory)));
        }
        return tensors;
    }

    /** Files have f32 where the plan stores fewer bits. */
    static Required required(Plan.Buffer buffer) {
        boolean isHalf = buffer.type().dtype() == DType.BF16 || buffer.type().dtype() == DType.F16;
        var dtype = isHalf ? DType.F32 : buffer.type().dtype();
        return new Required(buffer.place().external(), TensorHeader.of(dtype, buffer.type().shape()));
    }

    Map<String, TensorData> at(long step) {
        return fixed.orElseGet(() -> {
            var made = new LinkedHashMap<String, TensorData>();
            wanted.forEach(buffer -> made.put(buffer.place().external(), SyntheticTensors.of(buffer, seed + STRIDE * (step + 1))));
            return made;
        });
    }
}
