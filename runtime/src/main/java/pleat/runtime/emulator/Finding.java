package pleat.runtime.emulator;

/**
 * Something that a kernel must not do, and where it did it.
 *
 * @param place block, warp and lane
 */
public record Finding(Kind kind, String kernel, Origin origin, Place place, String detail) {

    /** What may be wrong with a kernel. */
    public enum Kind {
        OUT_OF_BOUNDS("access out of bounds"), MISALIGNED("misaligned access"), UNWRITTEN("read of shared memory that nothing wrote"),
        RACE("race in shared memory"), GLOBAL_RACE("race in global memory"), IN_FLIGHT("shared memory of an unfinished copy"), DIVERGENCE("lanes of a warp are apart"),
        SUMS("registers of an unfinished product"), UNFENCED("a missing fence"), DESCRIPTOR("wrong description of a matrix"),
        GROUP("warps of a group are apart"), BARRIER("misuse of a barrier in memory"), MEMBER_MASK("the member mask is not the lanes that came"), DEADLOCK("deadlock"), ENDLESS("no end in sight"), TRAP("trap");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** In a few words. */
        public String title() {
            return title;
        }
    }

    /**
     * An instruction of a PTX text.
     *
     * @param source the line of the source that it came from, or nothing
     */
    public record Origin(int line, String source, String text) {}

    /** Where a lane runs; a lane of -1 stands for the whole warp. */
    public record Place(int blockX, int blockY, int blockZ, int warp, int lane) {
        @Override
        public String toString() {
            return "block (" + blockX + ", " + blockY + ", " + blockZ + "), warp " + warp + (lane < 0 ? "" : ", lane " + lane);
        }
    }

    @Override
    public String toString() {
        return kind.title + ": " + detail + "\n  kernel " + kernel + ", PTX line " + origin.line
                + (origin.source.isEmpty() ? "" : ", from " + origin.source) + "\n  " + origin.text + "\n  " + place;
    }
}
