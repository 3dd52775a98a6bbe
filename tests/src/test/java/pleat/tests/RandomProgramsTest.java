package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.derive.ResultTypes;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;

class RandomProgramsTest {

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void programsAreValidAndTheirTextIsReadBack(long seed) {
        var module = RandomPrograms.of(seed, DType.F32);
        var text = Printer.print(module);
        assertEquals(text, Printer.print(Parser.parse("random.ir", text)));
        module.functions().values().forEach(function -> function.body().forEach(op -> assertEquals(
                op.results().stream().map(Value::type).toList(), ResultTypes.of(op, module).orThrow(), text + op)));
        assertEquals(text, Printer.print(RandomPrograms.of(seed, DType.F32)));
    }

    @Test
    void theKindsOfOpsAllOccur() {
        var kinds = seeds().mapToObj(seed -> RandomPrograms.of(seed, DType.F32)).flatMap(m -> m.functions().values().stream())
                .flatMap(f -> f.body().stream()).map(Op::getClass).distinct().map(Class::getSimpleName).sorted().toList();
        assertEquals(List.of("Call", "Compute", "Gather", "Repeat", "ScatterAdd"), kinds);
        assertTrue(seeds().mapToObj(seed -> RandomPrograms.of(seed, DType.F32)).mapToLong(RandomPrograms::size).sum() > 200 * 5);
    }
}
