package pleat.cli.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.cli.devices.DeviceReport.OfDevice;
import pleat.cli.devices.PlanExecution;
import pleat.cli.devices.SavedRun;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Sharding;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.passes.train.Loss;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;

/** Steps on all devices of a saved plan; each has its part of the parameters and of the optimizer's state. */
final class DeviceSteps implements StepRunner {
    private final PlanExecution execution;
    private final Plan arguments;
    private final Map<String, Sharding> lies;

    /** @param execution of {@link PlannedStep} */
    DeviceSteps(PlanExecution execution) {
        this.execution = execution;
        arguments = execution.tensors().arguments();
        lies = execution.tensors().outputs();
        // The loss is multiplied by one.
        fill(Kind.COTANGENT, Map.of(Loss.NAME, TensorData.ofFloats(new float[] {1})));
    }

    @Override
    public Plan arguments() {
        return arguments;
    }

    @Override
    public double step(Map<String, TensorData> inputs) {
        fill(Kind.INPUT, inputs);
        execution.ensemble().run();
        return own().outputs().get(Loss.NAME).at(0);
    }

    private LoadedPlan own() {
        return execution.ensemble().runners().values().iterator().next();
    }

    @Override
    public boolean isFirst() {
        return execution.ensemble().isFirst();
    }

    @Override
    public Map<String, TensorData> state() {
        var state = new LinkedHashMap<String, TensorData>();
        for (var buffer : arguments.buffers()) {
            if (buffer.place().kind() == Kind.STATE) {
                String name = buffer.place().external();
                whole(name).ifPresent(tensor -> state.put(name, tensor));
            }
        }
        return state;
    }

    /** What every device has all of need not be sent. */
    private Optional<TensorData> whole(String name) {
        if (lies.get(name).isWhole()) {
            return isFirst() ? Optional.of(own().state(name)) : Optional.empty();
        }
        var parts = execution.ensemble().states(name);
        return isFirst() ? Optional.of(execution.tensors().joined(name, parts)) : Optional.empty();
    }

    @Override
    public void restore(Map<String, TensorData> state) {
        fill(Kind.STATE, state);
    }

    private void fill(Kind kind, Map<String, TensorData> values) {
        for (var buffer : arguments.buffers()) {
            var tensor = values.get(buffer.place().external());
            if (buffer.place().kind() == kind && tensor != null) {
                execution.tensors().fill(execution.ensemble().runners(), buffer, tensor);
            }
        }
    }

    @Override
    public void agreeOn(String start) {
        var said = execution.ensemble().tell(start);
        for (int process = 1; process < said.size(); process++) {
            if (!said.get(process).equals(said.getFirst())) {
                throw new UserException("processes start from different states: process 0 from %s, and process %d from %s".formatted(said.getFirst(), process,
                        said.get(process)));
            }
        }
    }

    @Override
    public Memory memory() {
        var devices = SavedRun.devices(execution);
        return new Memory(devices.stream().mapToLong(OfDevice::plannedBytes).max().orElseThrow(),
                devices.stream().mapToLong(OfDevice::allocatedBytes).max().orElseThrow());
    }

    @Override
    public void close() {
        execution.close();
    }
}
