package pleat.codegen.gpu;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.lane.Opcode;

/**
 * Forms of the instructions of warp groups, which LLVM has as assembly: all accumulators are operands, each in the register of its result, so that nothing
 * can be put between an instruction and what they hold.
 */
final class WgmmaTemplates {
    /** The address in units of 16 bytes, eight rows every 1024 bytes, rows of 128 bytes; the distance along the depth has no meaning in such rows. */
    private static final long OF_ROWS = 1L << 62 | 1024L / 16 << 32 | 1L << 16;
    private static final long PLACE = (1 << 14) - 1;
    static final String ROWS_128 = "ptrtoint ptr addrspace(3) $0 to i64; lshr i64 #, 4; and i64 #, %d; or i64 #, %d".formatted(PLACE, OF_ROWS);

    private WgmmaTemplates() {}

    static String fence(Opcode opcode) {
        return tied("wgmma.fence.sync.aligned;", opcode);
    }

    static String await(Opcode opcode) {
        return tied("wgmma.wait_group.sync.aligned 0;", opcode);
    }

    /** Adds to the accumulators the product of 64 rows and as many columns as fit them. */
    static String product(Opcode opcode, String type) {
        int sums = opcode.signature().results().size();
        String registers = IntStream.range(0, sums).mapToObj("${%d}"::formatted).collect(Collectors.joining(","));
        return tied("wgmma.mma_async.sync.aligned.m64n%dk16.f32.%s.%s {%s},${%d},${%d},1,1,1,0,0;".formatted(2 * sums, type, type, registers, sums, sums + 1), opcode);
    }

    private static String tied(String instruction, Opcode opcode) {
        int sums = opcode.signature().results().size();
        int others = opcode.signature().operands().size() - sums;
        String results = "float" + ", float".repeat(sums - 1);
        String constraints = "=f" + ",=f".repeat(sums - 1) + ",l".repeat(others) + IntStream.range(0, sums).mapToObj(i -> "," + i).collect(Collectors.joining());
        String operands = IntStream.range(0, others + sums).mapToObj(i -> (i < others ? "i64 $" : "float $") + i).collect(Collectors.joining(", "));
        return "call { %s } asm sideeffect \"%s\", \"%s,~{memory}\"(%s) convergent".formatted(results, instruction, constraints, operands);
    }
}
