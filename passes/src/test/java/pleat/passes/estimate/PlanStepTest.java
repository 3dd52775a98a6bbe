package pleat.passes.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.PlanParser;
import pleat.ir.type.DType;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.machine.Device;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;

/** On a machine whose figures are round: a byte takes a second in memory, and a hundred on the wire. */
class PlanStepTest {
    private static final Machine MACHINE = new Machine("round", new Machine.Origin(Machine.Kind.DATASHEET, "a test", ""),
            new Device(new Device.Rates(ImmutableMap.of(DType.F32, 1.0), ImmutableMap.of(DType.F32, 1.0)), new Device.Memory(1 << 20, 1, 1 << 10), 0, ImmutableMap.of()),
            new Fabric(ImmutableList.of(), ImmutableList.of(new Fabric.Link(2, 0, 0.01))));

    @Test
    void ofAStackOneTurnMovesOnePosition() {
        var plan = PlanVerifier.verified(PlanParser.parse(new Source("p.ir", """
                plan @p arena 8192 live 0 unshared 0 {
                  buffer %x: f32[3, 4, 2] (0, 1, 2) input "x" at 0 bytes 96
                  buffer %y: f32[3, 8, 2] (0, 1, 2) output "y" at 4096 bytes 192
                  buffer %z: f32[3, 4, 2] (0, 1, 2) output "z" at 6144 bytes 96
                  loop 3 {
                    start 0 all_gather dim 0 (4, 4) among (0, 1) as 0 %x[32*i0] -> %y[64*i0]
                    copy %x[32*i0] -> %z[32*i0]
                    await 0
                  }
                }
                """)));
        var estimate = PlanStep.of(plan, new Prices(MACHINE, Execution.PLEAT, DType.F32), 0);
        assertEquals(3 * 32, estimate.sentBytes());
        assertEquals(3 * 100 * 32, estimate.seconds(), 1e-6);
        var copies = estimate.moments().stream().filter(moment -> moment.stream() == Moment.Stream.COMPUTE).toList();
        assertEquals(3, copies.size());
        assertEquals(2 * 32, copies.getFirst().seconds(), 1e-6);
    }
}
