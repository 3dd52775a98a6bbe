package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Writes bulk copies of parts of a product's factors, which one thread begins: for each part that is in shared memory at a time a place there counts the bytes
 * that have come, and all threads wait for it. That a part's place is free says the barrier that all meet at before the next part is begun.
 */
final class BulkCode {
    private static final List<Opcode> COPIES = List.of(Opcode.BULK_2, Opcode.BULK_3, Opcode.BULK_4, Opcode.BULK_5);
    private static final int FEWEST_DIMS = 2;

    private final BlockCode k;
    private final BulkFactors factors;
    private final int stages;
    private final long begin;

    /** @param begin bytes of shared memory before the places that count */
    BulkCode(BlockCode k, BulkFactors factors, int stages, long begin) {
        this.k = k;
        this.factors = factors;
        this.stages = stages;
        this.begin = begin;
    }

    /** Before the first part of a panel: nobody reads or writes the parts' places any more. */
    void open() {
        if (UnitTiles.areOfWarps(k.kernel, k.target)) {
            // Threads may have written there, who show it to no units.
            k.b.act(Opcode.FENCE_ASYNC);
        }
        alone(() -> {
            eachPlace(place -> k.b.act(Opcode.MBARRIER_INIT, place, Operand.i32(1)));
            k.b.act(Opcode.FENCE_MBARRIER);
        });
        k.b.act(Opcode.BARRIER);
    }

    /** Behind the last barrier of a panel's turns; another follows. */
    void close() {
        alone(() -> eachPlace(place -> k.b.act(Opcode.MBARRIER_INVAL, place)));
    }

    private void eachPlace(Consumer<Operand> what) {
        IntStream.range(0, stages).forEach(part -> what.accept(place(Operand.i32(part))));
    }

    private void alone(Runnable what) {
        k.b.when(k.b.row(Opcode.EQ_I32, k.thread, Operand.i32(0)), what);
    }

    private Operand place(Operand number) {
        return k.b.row(Opcode.SHARED, k.ints.plus(k.ints.times(k.ints.rest(number, stages), BulkFactors.count(1)), begin));
    }

    /** Until a part has come. */
    void await(Operand number) {
        k.b.act(Opcode.MBARRIER_WAIT, place(number), k.ints.rest(k.ints.over(number, stages), 2));
    }

    /** Does something where threads brought parts as well: of a factor that does not come so, or may not in this launch. */
    void whereThreadsBrought(Runnable what) {
        if (factors.areAll()) {
            k.b.when(k.b.row(Opcode.NOT_PRED, factors.each().map(this::isAligned).reduce(Ints.yes(), k.ints::both)), what);
        } else {
            what.run();
        }
    }

    private Operand isAligned(BulkFactor factor) {
        return new BufferCode(k).isAligned(factor.leaf().buffer());
    }

    /** One box after the other; the same thread says before how many bytes will come, none of a factor that begins at no multiple of 16. */
    void bring(List<StagingCode.Staged> panels, StagingCode.Part part, Operand number, Function<StagingCode.Staged, Integer> bytes) {
        var brought = panels.stream().filter(panel -> factors.of(panel.side()).isPresent()).toList();
        var aligned = brought.stream().map(panel -> isAligned(factors.of(panel.side()).orElseThrow())).toList();
        alone(() -> {
            var place = place(number);
            Operand all = Operand.i32(0);
            for (int p = 0; p < brought.size(); p++) {
                all = k.ints.plus(all, k.b.row(Opcode.SELECT_I32, aligned.get(p), Operand.i32(bytes.apply(brought.get(p))), Operand.i32(0)));
            }
            k.b.act(Opcode.MBARRIER_EXPECT, place, all);
            for (int p = 0; p < brought.size(); p++) {
                var panel = brought.get(p);
                k.b.when(aligned.get(p), () -> copy(panel, part, place));
            }
        });
    }

    private void copy(StagingCode.Staged panel, StagingCode.Part part, Operand count) {
        var factor = factors.of(panel.side()).orElseThrow();
        for (int box = 0; box < factor.boxes(); box++) {
            var operands = new ArrayList<Operand>();
            operands.add(k.b.row(Opcode.SHARED, k.ints.plus(part.bytes(), panel.begin() + (long) box * GroupTiles.BLOCK_BYTES)));
            operands.add(k.map(factor.map()));
            var first = k.ints.plus(panel.first(), (long) box * GroupTiles.ROWS);
            factor.walks().forEach(walk -> operands.add(position(walk, first, part)));
            operands.add(count);
            k.b.rows(COPIES.get(factor.walks().size() - FEWEST_DIMS), operands);
        }
    }

    private Operand position(BulkFactor.Walk walk, Operand first, StagingCode.Part part) {
        return switch (walk.along()) {
            case DEPTH -> k.ints.plus(k.axes.start(walk.axis()), part.depth());
            case ROWS -> k.ints.over(k.ints.plus(k.axes.start(walk.axis()), first), walk.step());
            case OTHER -> k.ints.plus(k.axes.start(walk.axis()), part.batch().along(walk.axis()));
            case NOTHING -> Operand.i32(0);
        };
    }
}
