package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Parts of right factors that a list of steps wants, in order: while one is multiplied the next one arrives, in a loop the first one of the next turn. */
final class BandParts {
    private final BlockCode k;
    private final int partBytes;
    private final RightFactorCode code;
    private final List<Part> parts = new ArrayList<>();
    private final int loopAxis;
    private Operand turn = Operand.i32(0);
    private int next;

    private record Part(RightFactor factor, int number, List<BandVector> vectors) {}

    /**
     * @param steps a whole program, or a turn of a loop
     * @param loopAxis the loop's; negative: none
     */
    BandParts(BlockCode k, Band band, RightFactorCode code, List<Band.Step> steps, int loopAxis) {
        this.k = k;
        this.code = code;
        this.partBytes = band.partBytes();
        this.loopAxis = loopAxis;
        steps.forEach(step -> {
            if (step instanceof Band.Step.Multiply multiply) {
                var vectors = BandVector.of(band.shape(), steps, multiply);
                for (int part = 0; part < multiply.right().parts(); part++) {
                    parts.add(new Part(multiply.right(), part, part == multiply.right().parts() - 1 ? vectors : List.of()));
                }
            }
        });
    }

    /** Bytes of shared memory that a part needs, with the vectors that come with it. */
    static int bytes(Band.Shape shape, List<Band.Step> steps) {
        int factors = of(steps).mapToInt(RightFactor::partBytes).max().orElse(0);
        return factors + vectorBytes(shape, steps);
    }

    private static int vectorBytes(Band.Shape shape, List<Band.Step> steps) {
        return steps.stream().mapToInt(step -> switch (step) {
            case Band.Step.Multiply multiply -> BandVector.of(shape, steps, multiply).stream().mapToInt(vector -> vector.bytes(shape.axes())).sum();
            case Band.Step.Loop loop -> vectorBytes(shape, loop.body());
            case Band.Step.Keep _, Band.Step.Reduce _, Band.Step.Write _ -> 0;
        }).max().orElse(0);
    }

    /** All that steps want, those of loops too. */
    private static Stream<RightFactor> of(List<Band.Step> steps) {
        return steps.stream().flatMap(step -> switch (step) {
            case Band.Step.Multiply multiply -> Stream.of(multiply.right());
            case Band.Step.Loop loop -> of(loop.body());
            case Band.Step.Keep _, Band.Step.Reduce _, Band.Step.Write _ -> Stream.of();
        });
    }

    /**
     * Asks for the first part; before the first turn, if this is a loop.
     *
     * @param isFree whether nothing was there before that may still be multiplied
     */
    void begin(boolean isFree) {
        if (!isFree) {
            k.b.act(Opcode.BARRIER);
        }
        if (!isEmpty()) {
            bring(0, Operand.i32(0));
        }
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** @param number of the turn that begins */
    void turn(Operand number) {
        turn = number;
        next = 0;
    }

    /** Waits until the next part is there, and asks for the one after it. */
    Operand take() {
        int part = next++;
        if (parts.stream().anyMatch(p -> code.copies(p.factor))) {
            k.b.act(Opcode.CP_WAIT, Operand.i32(0));
        }
        k.b.act(Opcode.BARRIER);
        if (next < parts.size()) {
            bring(next, turn);
        } else if (loopAxis >= 0) {
            var following = k.ints.plus(turn, 1);
            k.b.when(k.ints.isBelow(following, Operand.i32(k.axes.axis(loopAxis).blocks())), () -> {
                k.axes.enter(loopAxis, following);
                bring(0, following);
            });
            k.axes.enter(loopAxis, turn);
        }
        return place(part, turn);
    }

    /** Where the vectors of the part that was taken last lie, in bytes of shared memory; until the next one is taken. */
    Map<Leaf, Operand> vectors() {
        var places = new LinkedHashMap<Leaf, Operand>();
        var at = place(next - 1, turn);
        for (BandVector vector : parts.get(next - 1).vectors) {
            places.put(vector.leaf(), k.ints.plus(at, before(parts.get(next - 1), vector)));
        }
        return places;
    }

    /** They are at the end of a part's place. */
    private int before(Part part, BandVector vector) {
        return partBytes - part.vectors.subList(part.vectors.indexOf(vector), part.vectors.size()).stream().mapToInt(v -> v.bytes(k.axes)).sum();
    }

    private void bring(int part, Operand inTurn) {
        for (BandVector vector : parts.get(part).vectors) {
            code.bring(vector, k.ints.plus(place(part, inTurn), before(parts.get(part), vector)));
        }
        code.bring(parts.get(part).factor, parts.get(part).number, place(part, inTurn));
        if (code.copies(parts.get(part).factor)) {
            k.b.act(Opcode.CP_COMMIT);
        }
    }

    /** Bytes of shared memory before a part. */
    private Operand place(int part, Operand inTurn) {
        boolean isEven = parts.size() % Band.PARTS == 0;
        var number = isEven ? Operand.i32(part) : k.ints.plus(k.ints.times(inTurn, parts.size()), part);
        return k.ints.times(k.ints.rest(number, Band.PARTS), partBytes);
    }
}
