package pleat.cli.train;

import java.util.Map;
import pleat.cli.execute.Loaded;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.passes.train.Loss;
import pleat.runtime.io.TensorData;

/** Steps on one device: the threads of this machine, or a GPU. */
final class LocalSteps implements StepRunner {
    private final Loaded loaded;

    /** @param loaded is closed with it */
    LocalSteps(Loaded loaded) {
        this.loaded = loaded;
        // The loss is multiplied by one.
        fill(Kind.COTANGENT, Map.of(Loss.NAME, TensorData.ofFloats(new float[] {1})));
    }

    @Override
    public Plan arguments() {
        return loaded.device().plan();
    }

    @Override
    public double step(Map<String, TensorData> inputs) {
        fill(Kind.INPUT, inputs);
        loaded.run();
        return loaded.device().outputs().get(Loss.NAME).at(0);
    }

    @Override
    public boolean isFirst() {
        return true;
    }

    @Override
    public Map<String, TensorData> state() {
        return loaded.device().state();
    }

    @Override
    public void restore(Map<String, TensorData> state) {
        fill(Kind.STATE, state);
    }

    private void fill(Kind kind, Map<String, TensorData> values) {
        for (var buffer : arguments().buffers()) {
            var tensor = values.get(buffer.place().external());
            if (buffer.place().kind() == kind && tensor != null) {
                loaded.device().fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
            }
        }
    }

    @Override
    public void agreeOn(String start) {
        // There is nobody else.
    }

    @Override
    public Memory memory() {
        return new Memory(loaded.device().plannedBytes(), loaded.device().allocatedBytes());
    }

    @Override
    public void close() {
        loaded.close();
    }
}
