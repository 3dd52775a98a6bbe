package pleat.cli.tune;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pleat.codegen.gpu.BlockWork;
import pleat.runtime.emulator.InstructionCount;

/** What the emulator has seen blocks do. */
final class CountedWork {
    private static final Pattern PRODUCT = Pattern.compile("(?:@\\S+ )?(wg)?mma(?:_async)?\\.\\S*\\.m(\\d+)n(\\d+)k(\\d+)\\..*");
    /** Units take twice as long for operands of 32 bits. */
    private static final Pattern WORDS = Pattern.compile("\\.tf32\\b");
    /** Warps that execute one instruction of their group together. */
    private static final int WARPS_OF_GROUP = 4;

    private CountedWork() {}

    /** @param programs that the counted blocks were */
    static BlockWork of(List<InstructionCount> counts, double programs) {
        double instructions = 0;
        double flops = 0;
        double wavefronts = 0;
        double sectors = 0;
        for (InstructionCount count : counts) {
            instructions += count.executed();
            flops += count.executed() * flops(count.origin().text());
            wavefronts += count.wavefronts().moved();
            sectors += count.sectors().moved();
        }
        return new BlockWork(instructions / programs, flops / programs, wavefronts / programs, sectors / programs);
    }

    private static double flops(String instruction) {
        Matcher product = PRODUCT.matcher(instruction);
        if (!product.matches()) {
            return 0;
        }
        double flops = 2.0 * Long.parseLong(product.group(2)) * Long.parseLong(product.group(3)) * Long.parseLong(product.group(4));
        return flops * (WORDS.matcher(instruction).find() ? 2 : 1) / (product.group(1) == null ? 1 : WARPS_OF_GROUP);
    }
}
