package pleat.codegen.gpu;

import java.util.List;
import java.util.stream.Stream;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Moves pairs between the four lanes of a row. Lane q reads pairs 2q and 2q + 1 of eight, its neighbours in memory, and is to have pairs q and 4 + q, its
 * numbers of two tiles; or the other way round. Two of the lanes send and take their pairs in the other order, so that two exchanges are enough.
 */
final class BandExchange {
    // Two bits for each lane: whom it takes from.
    private static final int READ_FIRST = 0b01_11_10_00;
    private static final int READ_SECOND = 0b11_01_00_10;
    private static final int STORE_FIRST = 0b10_01_11_00;
    private static final int STORE_SECOND = 0b11_00_10_01;

    private final BlockCode k;
    private final Operand pair;
    private final Operand firstLane;
    private final Operand turns;

    /** @param pair twice the lane's number of four */
    BandExchange(BlockCode k, Operand pair) {
        this.k = k;
        this.pair = pair;
        this.firstLane = k.ints.times(k.ints.over(k.b.row(Opcode.LANE), 4), 4);
        this.turns = k.b.row(Opcode.ULT_I32, k.b.row(Opcode.SUB_I32, pair, Operand.i32(2)), Operand.i32(4));
    }

    /** Numbers of two tiles from four that are neighbours. */
    List<Operand> read(List<Operand> four) {
        return exchange(four, READ_FIRST, READ_SECOND);
    }

    /** Four that are neighbours from numbers of two tiles. */
    List<Operand> stored(List<Operand> four) {
        return exchange(four, STORE_FIRST, STORE_SECOND);
    }

    private List<Operand> exchange(List<Operand> four, int first, int second) {
        var sent = turned(four);
        var fromFirst = from(first);
        var fromSecond = from(second);
        return turned(Stream.of(take(sent.get(0), fromFirst), take(sent.get(1), fromFirst), take(sent.get(2), fromSecond), take(sent.get(3), fromSecond)).toList());
    }

    private Operand from(int lanes) {
        return k.ints.plus(firstLane, k.b.row(Opcode.AND_I32, k.b.row(Opcode.SHR_I32, Operand.i32(lanes), pair), Operand.i32(3)));
    }

    private Operand take(Operand number, Operand lane) {
        return k.b.row(Opcode.SHFL_IDX_F32, number, lane);
    }

    /** The other pair first, in two of the lanes. */
    private List<Operand> turned(List<Operand> four) {
        return Stream.of(0, 1, 2, 3).map(i -> k.b.row(Opcode.SELECT_F32, turns, four.get((i + 2) % 4), four.get(i))).toList();
    }
}
