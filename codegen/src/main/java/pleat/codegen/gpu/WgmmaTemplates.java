package pleat.codegen.gpu;

import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.Opcode;

/**
 * Forms of the instructions of warp groups, which LLVM has as assembly: all accumulators are operands, each in the register of its result, so that nothing
 * can be put between an instruction and what they hold.
 */
final class WgmmaTemplates {
    /** Lines of 128 bytes, eight of them every 1024 bytes, in units of 16. */
    private static final long OF_LINES = 1L << 62 | 1024L / 16 << 32;
    private static final long NEXT_ROWS = (long) GroupTiles.BLOCK_BYTES / 16 << 16;
    /** What stands for the distance to the next rows where it has no meaning. */
    private static final long NO_ROWS = 1L << 16;
    private static final long PLACE = (1 << 14) - 1;
    static final String ROWS_128 = described(OF_LINES | NO_ROWS);
    static final String LINES_128 = described(OF_LINES | NEXT_ROWS);

    private WgmmaTemplates() {}

    private static String described(long how) {
        return "ptrtoint ptr addrspace(3) $0 to i64; lshr i64 #, 4; and i64 #, %d; or i64 #, %d".formatted(PLACE, how);
    }

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
        return tied("wgmma.mma_async.sync.aligned.m64n%dk16.f32.%s.%s {%s},${%d},${%d},1,1,1,$2,$3;".formatted(2 * sums, type, type, registers, sums, sums + 1), opcode);
    }

    private static String tied(String instruction, Opcode opcode) {
        int sums = opcode.signature().results().size();
        int all = opcode.signature().operands().size() - sums;
        // Numbers that are written down are in the text, not in registers.
        int others = Collections.frequency(opcode.signature().operands(), LaneType.I64);
        String results = "float" + ", float".repeat(sums - 1);
        String constraints = "=f" + ",=f".repeat(sums - 1) + ",l".repeat(others) + IntStream.range(0, sums).mapToObj(i -> "," + i).collect(Collectors.joining());
        String operands = IntStream.concat(IntStream.range(0, others), IntStream.range(all, all + sums)).mapToObj(i -> (i < others ? "i64 $" : "float $") + i)
                .collect(Collectors.joining(", "));
        return "call { %s } asm sideeffect \"%s\", \"%s,~{memory}\"(%s) convergent".formatted(results, instruction, constraints, operands);
    }
}
