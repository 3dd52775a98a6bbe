package pleat.codegen.cpu;

/**
 * Which shortcuts the lowering may take. Without any, every op is a loop over scalars: slow, and the yardstick for the others.
 *
 * @param vectors loops along contiguous elements work on whole vectors
 * @param products sums of products go to register tiles
 * @param deferral an elementwise value with one reader is computed inside its reader
 * @param hoisting what the innermost grid axes do not change is computed only when an outer block changes
 * @param reuse a tile may take over the memory of one that dies at the step that makes it
 * @param windows a guarded read uses its buffer in place where nothing lies outside, and a row chosen by data is read where it is needed
 * @param rows elementwise steps that follow each other work on one row at a time
 */
public record FastPaths(boolean vectors, boolean products, boolean deferral, boolean hoisting, boolean reuse, boolean windows, boolean rows) {
    public static final FastPaths ALL = new FastPaths(true, true, true, true, true, true, true);
    public static final FastPaths NONE = new FastPaths(false, false, false, false, false, false, false);
}
