package pleat.cli.profile;

import java.util.List;
import java.util.stream.Stream;
import pleat.codegen.gpu.KernelFamily;

/**
 * What the kernels of a family do together.
 *
 * @param wideSectors part of the sectors that is asked for with 16 bytes or more a lane
 */
record FamilyCounts(String family, int kernels, double wavefrontsOfIdeal, double sectorsOfIdeal, double wideSectors) {

    static FamilyCounts of(KernelFamily family, List<KernelCounts> kernels) {
        var all = kernels.stream().reduce(KernelCounts.none(), KernelCounts::plus);
        return new FamilyCounts(family.text(), kernels.size(), all.wavefrontsOfIdeal(), all.sectorsOfIdeal(), all.widePart());
    }

    /** A line for each bound that is passed. */
    Stream<String> over(double wavefronts, double sectors) {
        return Stream.concat(line("wavefronts", wavefrontsOfIdeal, wavefronts), line("sectors", sectorsOfIdeal, sectors));
    }

    private Stream<String> line(String what, double times, double most) {
        return times <= most ? Stream.of() : Stream.of("above its bound: " + family + " take %.2f times the least %s, of at most %.2f".formatted(times, what, most));
    }
}
