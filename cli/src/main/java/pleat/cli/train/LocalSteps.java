package pleat.cli.train;

import java.util.Map;
import pleat.cli.compile.TrainingCompiler.Compiled;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.passes.train.Loss;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Steps on the threads of this machine. */
final class LocalSteps implements StepRunner {
    private final Plan plan;
    private final PlanRunner runner;

    LocalSteps(Compiled compiled, int threads) {
        plan = compiled.plan();
        runner = new PlanRunner(plan, compiled.sharedObject(), threads);
        // The loss is multiplied by one.
        fill(Kind.COTANGENT, Map.of(Loss.NAME, TensorData.ofFloats(new float[] {1})));
    }

    @Override
    public Plan arguments() {
        return plan;
    }

    @Override
    public double step(Map<String, TensorData> inputs) {
        fill(Kind.INPUT, inputs);
        runner.run();
        return runner.outputs().get(Loss.NAME).at(0);
    }

    @Override
    public boolean isFirst() {
        return true;
    }

    @Override
    public Map<String, TensorData> state() {
        return runner.state();
    }

    @Override
    public void restore(Map<String, TensorData> state) {
        fill(Kind.STATE, state);
    }

    private void fill(Kind kind, Map<String, TensorData> values) {
        for (var buffer : plan.buffers()) {
            var tensor = values.get(buffer.place().external());
            if (buffer.place().kind() == kind && tensor != null) {
                runner.fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
            }
        }
    }

    @Override
    public void agreeOn(String start) {
        // There is nobody else.
    }

    @Override
    public Memory memory() {
        return new Memory(runner.plannedBytes(), runner.allocatedBytes());
    }

    @Override
    public void close() {
        runner.close();
    }
}
