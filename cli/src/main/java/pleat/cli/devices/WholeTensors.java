package pleat.cli.devices;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import pleat.cli.execute.Arguments;
import pleat.ir.kernel.Layout;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Sharding;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.runtime.host.GivenTensors;
import pleat.runtime.host.HostMemory;
import pleat.runtime.io.Parts;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** The tensors that the outside world knows, of which each device has a part: cuts arguments and puts outputs together. */
public final class WholeTensors {
    private final List<TensorModule> modules;
    private final DType storage;

    /**
     * @param modules of all devices, in the order of their ranks
     * @param storage type of floating tensors in memory
     */
    public WholeTensors(List<TensorModule> modules, DType storage) {
        this.modules = modules;
        this.storage = storage;
    }

    private Device device(int rank) {
        return modules.get(rank).device().orElseThrow();
    }

    /** Arguments of the whole as a plan of one device would have them; it is not to be run. */
    public Plan arguments() {
        var entry = modules.getFirst().entryFunction();
        var inputs = entry.parameters().stream().map(p -> buffer(p.sharding().whole(p.value().type()), switch (p.role()) {
            case INPUT -> Kind.INPUT;
            case WEIGHT -> Kind.WEIGHT;
            case COTANGENT -> Kind.COTANGENT;
            case STATE -> Kind.STATE;
            case PLAIN -> throw new IllegalStateException("a parameter of the entry has no role");
        }, p.external()));
        var outputs = entry.returns().stream().map(r -> buffer(type(r), Kind.OUTPUT, r.external()));
        return new Plan(modules.getFirst().name(), ImmutableMap.of(), Stream.concat(inputs, outputs).collect(com.google.common.collect.ImmutableList.toImmutableList()),
                com.google.common.collect.ImmutableList.of(), new Plan.Arena(0, 0, 0));
    }

    private Plan.Buffer buffer(TensorType type, Kind kind, String external) {
        // A state that is one number is stored as it is.
        boolean isExact = kind == Kind.STATE && type.rank() == 0;
        var stored = type.dtype() == DType.F32 && !isExact ? type.withDType(storage) : type;
        return new Plan.Buffer(external, stored, Layout.rowMajor(type.rank()), new Plan.Place(kind, external, 0, stored.bytes()));
    }

    private TensorType type(Return output) {
        var type = output.sharding().whole(output.value().type());
        return type.dtype() == DType.F32 ? type.withDType(storage) : type;
    }

    /**
     * Gives devices their parts.
     *
     * @param runners by rank
     * @param tensor the whole of an argument; a part of it is copied before the next is asked for
     */
    public void fill(Map<Integer, ? extends GivenTensors> runners, Function<Plan.Buffer, TensorData> tensor) {
        for (Plan.Buffer whole : arguments().buffers()) {
            if (whole.place().kind() != Kind.OUTPUT) {
                fill(runners, whole, tensor.apply(whole));
            }
        }
    }

    /**
     * Gives devices their parts of one argument.
     *
     * @param whole one of {@link #arguments}
     */
    public void fill(Map<Integer, ? extends GivenTensors> runners, Plan.Buffer whole, TensorData value) {
        runners.forEach((rank, runner) -> fill(rank, runner, whole, value));
    }

    private void fill(int rank, GivenTensors runner, Plan.Buffer whole, TensorData value) {
        var parameter = modules.get(rank).entryFunction().parameters().stream().filter(p -> Arguments.key(p).equals(Arguments.key(whole))).findFirst()
                .orElseThrow();
        var buffer = runner.wanted().stream().filter(b -> Arguments.key(b).equals(Arguments.key(whole))).findFirst().orElseThrow();
        try (var arena = Arena.ofConfined()) {
            var part = parameter.sharding().isWhole() ? value
                    : Parts.cut(value, parameter.sharding().ranges(whole.type().shape(), device(rank)), arena);
            runner.fill(buffer, (wanted, memory) -> part.copyTo(memory, wanted.type().dtype()));
        }
    }

    /** Names of the outputs, with what each device has of them. */
    public ImmutableMap<String, Sharding> outputs() {
        var outputs = new LinkedHashMap<String, Sharding>();
        modules.getFirst().entryFunction().returns().forEach(output -> outputs.put(output.external(), output.sharding()));
        return ImmutableMap.copyOf(outputs);
    }

    /** What a device has of an output. */
    public TensorHeader part(int rank, String output) {
        var type = output(rank, output).value().type();
        return TensorHeader.of(type.dtype() == DType.F32 ? storage : type.dtype(), type.shape());
    }

    private Return output(int rank, String name) {
        return modules.get(rank).entryFunction().returns().stream().filter(output -> output.external().equals(name)).findFirst().orElseThrow();
    }

    /** @param parts of one output, by rank; where several devices have the same elements, those of the last are taken */
    public TensorData joined(String name, List<TensorData> parts) {
        var type = type(output(0, name));
        MemorySegment bytes = HostMemory.allocate(type.bytes(), "output `" + name + "`", Arena.ofAuto());
        var whole = TensorHeader.of(type.dtype(), type.shape());
        for (int rank = 0; rank < parts.size(); rank++) {
            Parts.put(parts.get(rank), output(rank, name).sharding().ranges(type.shape(), device(rank)), whole, bytes);
        }
        return new TensorData(whole, bytes);
    }

    /** What a device should have of an output of one device. */
    public TensorData expected(int rank, String name, TensorData whole) {
        return Parts.cut(whole, output(rank, name).sharding().ranges(whole.shape().toArray(), device(rank)), Arena.ofAuto());
    }
}
