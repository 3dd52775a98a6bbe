package pleat.cli.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.runtime.io.SafetensorsWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/**
 * Training as far as it has come: a safetensors file with parameters under their own names and the optimizer's state, which appears whole or
 * not at all.
 *
 * @param step how many steps were done
 * @param seed of synthetic batches and parameters
 * @param state every state of the plan, bit by bit
 */
record Checkpoint(long step, long seed, Map<String, TensorData> state) {
    private static final String STEP = "training/step";
    private static final String SEED = "training/seed";

    void write(Path file) {
        var tensors = new LinkedHashMap<>(state);
        tensors.put(STEP, TensorData.ofLongs(new long[] {step}));
        tensors.put(SEED, TensorData.ofLongs(new long[] {seed}));
        SafetensorsWriter.write(file, tensors, Map.of());
    }

    /** @param memory holds the tensors; {@code plan} says which there must be */
    static Checkpoint read(Path file, Plan plan, Arena memory) {
        try (var source = WeightFiles.open(file)) {
            for (String name : List.of(STEP, SEED)) {
                if (!source.has(name)) {
                    throw new UserException("file `" + file + "` is no checkpoint of training: it has no `" + name + "`");
                }
            }
            var states = plan.buffers().stream().filter(buffer -> buffer.place().kind() == Kind.STATE).toList();
            refuseOthers(file, source, states);
            var state = new LinkedHashMap<String, TensorData>();
            states.forEach(buffer -> state.put(buffer.place().external(), checked(file, source, buffer, memory)));
            return new Checkpoint(source.tensor(STEP).longAt(0), source.tensor(SEED).longAt(0), state);
        }
    }

    private static void refuseOthers(Path file, TensorSource source, List<Plan.Buffer> states) {
        var known = states.stream().map(buffer -> buffer.place().external()).toList();
        source.names().stream().filter(name -> !known.contains(name) && !name.equals(STEP) && !name.equals(SEED)).findFirst().ifPresent(name -> {
            throw new UserException("checkpoint `" + file + "` has `" + name + "`, which this training has not"
                    + "\n  = help: model, settings, --optimizer and --average have to be those of the run that saved it");
        });
    }

    private static TensorData checked(Path file, TensorSource source, Plan.Buffer buffer, Arena memory) {
        String name = buffer.place().external();
        var wanted = TensorHeader.of(buffer.type().dtype(), buffer.type().shape());
        if (!source.has(name)) {
            throw new UserException("checkpoint `" + file + "` has no `" + name + "`, which is " + wanted
                    + "\n  = help: model, settings, --optimizer and --average have to be those of the run that saved it");
        }
        if (!source.header(name).equals(wanted)) {
            throw new UserException("`" + name + "` of checkpoint `" + file + "` is " + source.header(name) + ", and this training has " + wanted);
        }
        // The file is closed before the tensors are used.
        var mapped = source.tensor(name);
        var copy = memory.allocate(Math.max(1, mapped.bytes().byteSize()), 64).asSlice(0, mapped.bytes().byteSize());
        MemorySegment.copy(mapped.bytes(), 0, copy, 0, copy.byteSize());
        return new TensorData(mapped.header(), copy);
    }
}
