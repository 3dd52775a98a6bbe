package pleat.cli.execute;

/**
 * What a run is done on, and how.
 *
 * @param graph whether a GPU is asked for a whole step at once where nobody looks at every launch
 */
public record Hardware(On on, boolean graph) {
    public static final Hardware CPU = new Hardware(On.CPU, false);
}
