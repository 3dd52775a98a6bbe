package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.List;
import pleat.ir.plan.TensorMap;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Finding.Kind;

/** Copies of boxes from global to shared memory, which a barrier in shared memory counts. */
final class BulkSteps {
    /** What the address of a map has to be a multiple of. */
    private static final int MAP_ALIGNMENT = 64;
    /** What the destination of a copy has to be a multiple of. */
    private static final int ALIGNMENT = 128;
    private static final List<String> SHARED = List.of("shared__cluster", "shared__cta");

    private BulkSteps() {}

    static boolean isMeant(Line line) {
        return line.has("bulk");
    }

    static Step decode(Line line) {
        int parts = line.part(7).equals("tile") ? 8 : 7;
        boolean hasHint = line.part(parts + 1).equals("L2__cache_hint");
        boolean isKnown = line.part(2).equals("bulk") && line.part(3).equals("tensor") && line.part(4).matches("[1-5]d") && SHARED.contains(line.part(5))
                && line.part(6).equals("global") && line.part(parts).equals("mbarrier__complete_tx__bytes") && line.part(parts + (hasHint ? 2 : 1)).isEmpty();
        if (!isKnown || line.operandCount() != (hasHint ? 4 : 3)) {
            throw Decoder.unknown(line);
        }
        Line.Address target = line.address(0);
        List<String> source = Line.split(line.operand(1).substring(1, line.operand(1).length() - 1));
        Row map = line.row(source.getFirst(), true);
        List<Row> corner = Line.split(source.getLast().substring(1, source.getLast().length() - 1)).stream().map(text -> line.row(text, false)).toList();
        Line.Address barrier = line.address(2);
        if (corner.size() != line.part(4).charAt(0) - '0') {
            throw new PtxSyntax("a box of " + line.part(4) + " begins at " + corner.size() + " coordinates");
        }
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                int[] from = corner.stream().mapToInt(row -> (int) row.get(warp, lane)).toArray();
                begin(warp, lane, map(warp, lane, map.get(warp, lane), from.length), from, target.get(warp, lane), barrier.get(warp, lane));
            }
        };
    }

    private static void begin(Warp warp, int lane, BoxMap map, int[] corner, long target, long barrier) {
        Access.aligned(warp, lane, Space.SHARED, target, ALIGNMENT);
        int to = Access.within(warp, lane, Space.SHARED, target, map.boxBytes(), warp.block.shared().size());
        var copy = new BulkCopy(warp, warp.at, lane, map, to, corner);
        warp.block.barriers().at(warp, lane, barrier).count(copy, lane);
        copy.launch();
    }

    /** A parameter of the kernel: who passes it otherwise has a copy of it made by every thread. */
    private static BoxMap map(Warp warp, int lane, long address, int dims) {
        if (Space.GENERIC.of(address) != Space.PARAM) {
            throw warp.fault(Kind.DESCRIPTOR, lane, "a tensor map has to be a parameter of the kernel, and 0x" + Long.toHexString(address) + " is in "
                    + Space.GENERIC.of(address) + " memory");
        }
        long place = address - Space.PARAM.window();
        byte[] parameters = warp.block.launch().parameters();
        Access.aligned(warp, lane, Space.PARAM, place, MAP_ALIGNMENT);
        int at = Access.within(warp, lane, Space.PARAM, place, TensorMap.BYTES, parameters.length);
        var map = new BoxMap(Arrays.copyOfRange(parameters, at, at + TensorMap.BYTES));
        if (!map.isOne() || map.dims() != dims) {
            throw warp.fault(Kind.DESCRIPTOR, lane, "byte " + at + " of the parameters is no tensor map of " + dims + " dims");
        }
        return map;
    }

    /** Only says that a map will be used. */
    static Step prefetch(Line line) {
        Line.Address address = line.address(0);
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long at = address.get(warp, lane);
                if (Space.GENERIC.of(at) != Space.PARAM) {
                    throw warp.fault(Kind.DESCRIPTOR, lane, "a tensor map has to be a parameter of the kernel");
                }
            }
        };
    }
}
