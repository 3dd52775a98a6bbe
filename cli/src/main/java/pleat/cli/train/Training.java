package pleat.cli.train;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.passes.train.TrainingStep;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightBinding;
import pleat.runtime.io.WeightFiles;

/** A run of training: where it starts, the steps, and what is saved of it. Its losses depend on what it is given alone, however it was interrupted. */
final class Training {
    /** Bytes that one buffer can show. */
    private static final long PIECE = 1L << 30;

    private final StepRunner runner;
    private final Batches batches;
    private final TensorData rate;
    private final long seed;
    private final long firstStep;
    private final List<Long> nanos = new ArrayList<>();

    /** Where parameters and the optimizer's state come from; without files parameters are made up. Averages begin as the parameters, other state as zero. */
    record Start(Optional<Path> weights, Optional<Path> checkpoint, Optional<Long> seed) {}

    /** @param every steps between two checkpoints; the last step is followed by one in any case */
    record Checkpoints(Optional<Path> file, long every) {}

    /** Is told of every step; {@code loss} is that before it. */
    interface Listener {
        void stepped(long step, double loss, long nanos);
    }

    /** @param rate the learning rate */
    Training(StepRunner runner, Start start, Optional<Path> batch, double rate) {
        this.runner = runner;
        var plan = runner.arguments();
        this.rate = TensorData.ofFloats(new float[] {(float) rate});
        // Everything is in the runner's memory, or read, when this ends, but for the batch, which is read again in each step.
        var memory = Arena.ofAuto();
        Map<String, TensorData> state;
        if (start.checkpoint().isPresent()) {
            var checkpoint = Checkpoint.read(start.checkpoint().get(), plan, memory);
            if (start.seed().isPresent() && start.seed().get() != checkpoint.seed()) {
                throw new UserException("--seed is " + start.seed().get() + ", and checkpoint `" + start.checkpoint().get() + "` has seed " + checkpoint.seed());
            }
            seed = checkpoint.seed();
            firstStep = checkpoint.step();
            state = checkpoint.state();
        } else {
            seed = start.seed().orElse(1L);
            firstStep = 0;
            state = initial(plan, start.weights(), memory);
        }
        batches = Batches.of(plan, batch, seed, memory);
        runner.agreeOn("step %d, seed %d, numbers %s".formatted(firstStep, seed, digest(state, batches.at(firstStep))));
        runner.restore(state);
    }

    /** Tells states apart that are not meant to differ. */
    private static String digest(Map<String, TensorData> state, Map<String, TensorData> batch) {
        var digest = new CRC32C();
        Stream.of(state, batch).flatMap(tensors -> tensors.values().stream()).map(TensorData::bytes).forEach(bytes -> {
            for (long at = 0; at < bytes.byteSize(); at += PIECE) {
                digest.update(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
            }
        });
        return Long.toHexString(digest.getValue());
    }

    private Map<String, TensorData> initial(Plan plan, Optional<Path> weights, Arena memory) {
        var state = new LinkedHashMap<String, TensorData>();
        var parameters = new ArrayList<Plan.Buffer>();
        for (var buffer : plan.buffers()) {
            String name = buffer.place().external();
            if (buffer.place().kind() == Kind.STATE && name.startsWith(TrainingStep.STATE_PREFIX)) {
                state.put(name, TensorData.ofFloats(new float[Math.toIntExact(buffer.type().elements())], buffer.type().shape()));
            } else if (buffer.place().kind() == Kind.STATE) {
                parameters.add(buffer);
                state.put(name, SyntheticTensors.of(buffer, seed));
            }
        }
        weights.ifPresent(file -> {
            try (var source = WeightFiles.open(file)) {
                WeightBinding.parameters(parameters.stream().map(Batches::required).toList(), source, NameMap.SAME)
                        .forEach(bound -> state.put(bound.required().name(), bound.tensor(memory)));
            }
        });
        for (var parameter : parameters) {
            // As it is stored: fewer bits than in a file, perhaps.
            var stored = state.get(parameter.place().external()).convert(parameter.type().dtype(), memory);
            state.computeIfPresent(TrainingStep.AVERAGE_PREFIX + parameter.place().external(), (_, _) -> stored);
        }
        return state;
    }

    long firstStep() {
        return firstStep;
    }

    /** Steps up to the given one; returns their losses. */
    List<Double> run(long steps, Listener listener, Checkpoints checkpoints) {
        var losses = new ArrayList<Double>();
        for (long step = firstStep; step < steps; step++) {
            var inputs = new LinkedHashMap<>(batches.at(step));
            inputs.put(TrainingStep.RATE, rate);
            long start = System.nanoTime();
            double loss = runner.step(inputs);
            nanos.add(System.nanoTime() - start);
            listener.stepped(step, loss, nanos.getLast());
            losses.add(loss);
            if (!Double.isFinite(loss)) {
                throw new UserException("the loss of step " + (step + 1) + " is " + loss + "\n  = help: a smaller --lr, or --clip");
            }
            long done = step + 1;
            if (done == steps || done % checkpoints.every() == 0) {
                checkpoints.file().ifPresent(file -> save(file, done));
            }
        }
        return losses;
    }

    private void save(Path file, long step) {
        var state = runner.state();
        if (runner.isFirst()) {
            new Checkpoint(step, seed, state).write(file);
        }
    }

    double medianMilliseconds() {
        return nanos.isEmpty() ? 0 : nanos.stream().sorted().toList().get(nanos.size() / 2) / 1e6;
    }
}
