package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Machine;

/**
 * A figure of a machine that is fitted to timed runs.
 *
 * @param link which of the machine's links it is of, where it is of one
 * @param expected what data sheets let expect
 * @param spread standard deviation of the logarithm around that
 */
record Constant(Kind kind, int link, double expected, double spread) {

    /** The physical figures that decide what a step takes. */
    enum Kind {
        BYTES_PER_SECOND, PRODUCT_FLOPS_PER_SECOND, LAUNCH_SECONDS, LINK_BYTES_PER_SECOND, LINK_LATENCY_SECONDS;

        static Kind parse(String text) {
            return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst().orElseThrow();
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    String text() {
        return kind.text() + (kind == Kind.LINK_BYTES_PER_SECOND || kind == Kind.LINK_LATENCY_SECONDS ? " " + link : "");
    }

    /** The machine with another value of the figure. */
    Machine with(Machine machine, double value) {
        var device = machine.device();
        var memory = device.memory();
        return switch (kind) {
            case BYTES_PER_SECOND -> with(machine, new Device(device.rates(), new Device.Memory(memory.bytes(), value, memory.onChipBytes()),
                    device.launchSeconds(), device.efficiency()));
            case PRODUCT_FLOPS_PER_SECOND -> {
                var product = new LinkedHashMap<>(device.rates().product());
                product.put(DType.F16, value);
                yield with(machine, new Device(new Device.Rates(ImmutableMap.copyOf(product), device.rates().vector()), memory, device.launchSeconds(),
                        device.efficiency()));
            }
            case LAUNCH_SECONDS -> with(machine, new Device(device.rates(), memory, value, device.efficiency()));
            case LINK_BYTES_PER_SECOND -> withLink(machine, old -> new Fabric.Link(old.ranks(), old.latencySeconds(), value));
            case LINK_LATENCY_SECONDS -> withLink(machine, old -> new Fabric.Link(old.ranks(), value, old.bytesPerSecond()));
        };
    }

    private static Machine with(Machine machine, Device device) {
        return new Machine(machine.name(), machine.origin(), device, machine.fabric(), machine.interval());
    }

    private Machine withLink(Machine machine, UnaryOperator<Fabric.Link> change) {
        var links = machine.fabric().links();
        var changed = IntStream.range(0, links.size()).mapToObj(i -> i == link ? change.apply(links.get(i)) : links.get(i))
                .collect(ImmutableList.toImmutableList());
        return new Machine(machine.name(), machine.origin(), machine.device(), new Fabric(machine.fabric().tables(), changed), machine.interval());
    }
}
