package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One dim of a tensor is cut into consecutive blocks, one for each device along an axis of the mesh. Blocks consist of whole units; where
 * the units do not go up, the first devices have one more. Nothing is padded, so extents differ between devices.
 *
 * @param axis an axis of the mesh
 * @param dim which dim is cut
 * @param extent of the whole dim, a multiple of the unit
 * @param unit how many neighbouring positions stay together
 */
public record Split(String axis, int dim, long extent, long unit) {
    public Split {
        checkArgument(dim >= 0 && unit >= 1 && extent >= unit && extent % unit == 0, "dim %s of extent %s in units of %s", dim, extent, unit);
    }

    /** How many units there are to hand out. */
    public long units() {
        return extent / unit;
    }

    /** Whether each device gets at least one unit. */
    public boolean isFor(int devices) {
        return units() >= devices;
    }

    /** What the device at a position along the axis has. */
    public Range part(int devices, int coordinate) {
        checkArgument(isFor(devices), "%s units of dim %s for %s devices", units(), dim, devices);
        long each = units() / devices;
        long more = units() % devices;
        long start = coordinate * each + Math.min(coordinate, more);
        long end = start + each + (coordinate < more ? 1 : 0);
        return new Range(start * unit, end * unit);
    }

    public Range part(Device device) {
        return part(device.mesh().size(axis), device.coordinate(axis));
    }

    /** {@code model 0: 256 by 32}. */
    @Override
    public String toString() {
        return axis + " " + dim + ": " + extent + " by " + unit;
    }
}
