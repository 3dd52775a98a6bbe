package pleat.cli.devices;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.Phases;
import pleat.cli.execute.Arguments;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.ir.plan.Plan;
import pleat.ir.type.DType;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** The program of one device that computes what a plan does, run on made-up numbers. */
final class OneDevice {
    private final CompileRequest request;
    private final List<Plan.Buffer> arguments;
    private final PlanExecution.Place place;
    private final Consumer<String> note;

    OneDevice(PlanExecution execution, PlanExecution.Place place, Consumer<String> note) {
        this.request = execution.single();
        this.arguments = execution.tensors().arguments().buffers();
        this.place = place;
        this.note = note;
    }

    /** The outputs, stored as the plan stores them. */
    Map<String, TensorData> outputs(Numbers numbers) {
        return run(request, buffer -> numbers.of(buffer));
    }

    DType storage() {
        return request.options().storage();
    }

    /** The same stored in f32, of the same rounded numbers. */
    Map<String, TensorData> inF32(Numbers numbers) {
        return run(request.withStorage(DType.F32), buffer -> numbers.of(buffer));
    }

    /** With weights that differ in the last places, in each try otherwise. */
    Map<String, TensorData> moved(Numbers numbers, int attempt) {
        return run(request, buffer -> moved(buffer, numbers.of(buffer), attempt));
    }

    private TensorData moved(Plan.Buffer buffer, TensorData tensor, int attempt) {
        if (buffer.place().kind() != Plan.Kind.WEIGHT) {
            return tensor;
        }
        double most = moved();
        var random = new SplittableRandom(attempt + buffer.place().external().hashCode());
        double[] values = tensor.toDoubles();
        var moved = new float[values.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (values[i] * (1 + most * (2 * random.nextDouble() - 1)));
        }
        return TensorData.ofFloats(moved, buffer.type().shape());
    }

    /** By how much of its size a weight is moved: about what hundreds of roundings of 2^-24 come to, or one unit of what is stored. */
    private double moved() {
        return switch (storage()) {
            case F32 -> Math.scalb(1.0, -20);
            case F16 -> Math.scalb(1.0, -11);
            case BF16 -> Math.scalb(1.0, -8);
            case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException("nothing is stored in " + storage().text());
        };
    }

    private Map<String, TensorData> run(CompileRequest wanted, Function<Plan.Buffer, TensorData> argument) {
        var model = ModelCache.in(place.cache(), note).get(wanted, HostTarget.detect(), Phases.quiet()).model();
        var wholes = new LinkedHashMap<String, Plan.Buffer>();
        arguments.stream().filter(buffer -> buffer.place().kind() != Plan.Kind.OUTPUT).forEach(buffer -> wholes.put(Arguments.key(buffer), buffer));
        try (var runner = new PlanRunner(model.plan(), model.sharedObject(), place.threads())) {
            for (Plan.Buffer buffer : runner.wanted()) {
                var tensor = argument.apply(wholes.get(Arguments.key(buffer)));
                runner.fill(buffer, (filled, memory) -> tensor.copyTo(memory, filled.type().dtype()));
            }
            runner.run();
            return runner.outputs();
        }
    }
}
