package pleat.cli.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.machine.Family;
import pleat.passes.machine.Primitive;

final class MachinesTest {
    private static final String GOOD = """
            {"origin": {"kind": "datasheet", "source": "a test", "date": ""},
             "flops_per_second": {"product": {"f16": 1e14, "f32": 2e13}, "vector": {"f32": 1e13}},
             "memory": {"bytes": 1000, "bytes_per_second": 1e12, "on_chip_bytes": 100},
             "launch_seconds": 1e-6, "efficiency": {"product": {"rate": 0.5, "bandwidth": 1}},
             "links": [{"ranks": 2, "latency_seconds": 1e-5, "bytes_per_second": 1e11}, {"latency_seconds": 2e-5, "bytes_per_second": 1e10}],
             "collectives": [{"ranks": 4, "primitive": "all_to_all", "bytes_and_seconds": [[100, 1e-4], [300, 3e-4]]}]}
            """;

    @Test
    void everyShippedMachineCanBeRead() {
        for (String name : Machines.names()) {
            var machine = Machines.named(name);
            assertEquals(name, machine.name());
            assertTrue(machine.fabric().seconds(Primitive.ALL_REDUCE, 2048, 1 << 20) > 0, name);
        }
        assertEquals("a100-40g", Machines.named("A100-40").name());
    }

    @Test
    void readsWhatIsWritten() {
        var machine = MachineFile.parse("m", "a file", GOOD);
        assertEquals(1e14, machine.device().rates().of(Family.PRODUCT, DType.F16));
        assertEquals(2e13, machine.device().rates().of(Family.PRODUCT, DType.BF16));
        assertEquals(2e-4, machine.fabric().seconds(Primitive.ALL_TO_ALL, 4, 200), 1e-12);
        assertEquals(1e-4, machine.fabric().seconds(Primitive.ALL_TO_ALL, 4, 1), 1e-12);
        assertEquals(5e-4, machine.fabric().seconds(Primitive.ALL_TO_ALL, 4, 500), 1e-12);
        assertEquals(1e-5 + 1e6 / 1e11, machine.fabric().seconds(Primitive.ALL_REDUCE, 2, 1_000_000), 1e-12);
        // Three ranks send 2/9 of the tensor each and four 3/16, so that 270 bytes among three are 320 among four.
        assertEquals(3.2e-4, machine.fabric().seconds(Primitive.ALL_TO_ALL, 3, 270), 1e-12);
    }

    @Test
    void saysWhatIsWrongAndWhere() {
        expect("`memory.bytes` is missing in a file", "\"bytes\": 1000, ", "");
        expect("`launch_seconds` in a file is -1, and it has to be a number above 0", "1e-6", "-1");
        expect("`speed` in a file is not known\n  = note: there are origin", "\"launch_seconds\"", "\"speed\": 1, \"launch_seconds\"");
        expect("`efficiency.product.rate` in a file is 5, and it has to be at most 1", "0.5", "5");
        expect("`collectives[0].primitive` in a file is \"all_to_one\", and it has to be one of all_gather", "all_to_all", "all_to_one");
        expect("`collectives[0].bytes_and_seconds` in a file is a list, and it has to be times of ascending sizes", "[100, ", "[400, ");
        expect("`collectives[0].bytes_and_seconds` in a file is a list, and it has to be times of ascending sizes", "[100, ", "[300, ");
        expect("`links` in a file is a list, and it has to be links that join ever more", "{\"ranks\": 2, ", "{");
        expect("a file is not JSON", "{\"origin\"", "{origin");
        expect("`flops_per_second.vector.f32` is missing", "{\"f32\": 1e13}", "{}");
    }

    @Test
    void whatIsNoJsonIsSaidWithItsPlaceAndNothingOfTheParser() {
        var found = assertThrows(UserException.class, () -> MachineFile.parse("m", "a file", "{\n  \"origin\": 1")).getMessage();
        assertTrue(found.startsWith("a file is not JSON: line 2, column 14: ") && !found.contains("Source"), found);
    }

    @Test
    void anUnknownMachineListsTheKnownOnes() {
        String message = assertThrows(UserException.class, () -> Machines.named("cray-1")).getMessage();
        assertTrue(message.startsWith("there is no machine `cray-1`\n  = note: there are v100-32g, a100-40g"), message);
    }

    private static void expect(String message, String good, String bad) {
        assertTrue(GOOD.contains(good), good);
        String found = assertThrows(UserException.class, () -> MachineFile.parse("m", "a file", GOOD.replace(good, bad))).getMessage();
        assertTrue(found.startsWith(message), found);
    }
}
