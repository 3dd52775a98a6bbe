package pleat.runtime.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import pleat.runtime.emulator.Finding.Kind;
import pleat.runtime.emulator.Finding.Place;

/** The state of 32 lanes that run together. */
final class Warp {
    final Block block;
    final int index;
    final int[] narrow;
    final long[] wide;
    final byte[][] local;
    /** What the last sum of parts of a wide number left for the next part. */
    final int[] carries = new int[Row.LANES];
    final int[] counter = new int[Row.LANES];
    /** Copies that were begun, oldest first, and the groups that they were put into. */
    final Deque<Copies> copies = new ArrayDeque<>();
    final int[] groups = new int[Row.LANES];
    /** The newest first. */
    final Deque<Parting> partings = new ArrayDeque<>();
    /** Where lanes of an instruction go, side by side. */
    final long[] addresses = new long[Row.LANES];
    /** Room for the values that a shuffle takes. */
    final int[] before = new int[Row.LANES];
    /** Room for the factors of a product of matrices. */
    final float[] left = new float[256];
    final float[] right = new float[128];
    /** Times that each lane let units see what it wrote. */
    final int[] fences = new int[Row.LANES];
    /** Times that each lane let units see the barriers that it made. */
    final int[] barrierFences = new int[Row.LANES];
    /** What it sleeps for: phases of barriers in memory, of which one has to be over. */
    final List<BarrierSteps.Awaited> awaited = new ArrayList<>();
    final GroupProducts products = new GroupProducts(this);
    private final int lanes;
    private final int[] freshNarrow;
    private final long[] freshWide;
    /** The lanes that have not ended. */
    int alive;
    /** Whether it waits at one of the sixteen barriers. */
    boolean waits;
    /** The instruction that is being executed. */
    int at;

    /** Bytes on their way from global to shared memory, as many for each lane. */
    static final class Copies {
        final int bytes;
        final int[] groups = new int[Row.LANES];
        final int[] targets = new int[Row.LANES];
        final long[] sources = new long[Row.LANES];
        /** How many of the bytes are read; the others become zero. */
        final int[] taken = new int[Row.LANES];
        /** The lanes that have not waited for theirs. */
        int open;

        Copies(int lanes, int bytes) {
            this.open = lanes;
            this.bytes = bytes;
        }
    }

    /** Lanes that parted at a branch, and the instruction where they wait for each other. */
    record Parting(int lanes, int meeting) {}

    Warp(Block block, int index, int threads) {
        this.block = block;
        this.index = index;
        Program program = block.program();
        this.freshNarrow = program.registers().freshNarrow();
        this.freshWide = program.registers().freshWide();
        this.narrow = new int[freshNarrow.length];
        this.wide = new long[freshWide.length];
        this.local = new byte[Row.LANES][program.memory().localBytes()];
        this.lanes = threads >= Row.LANES ? -1 : (1 << threads) - 1;
    }

    /** As a block finds it. */
    void begin() {
        System.arraycopy(freshNarrow, 0, narrow, 0, narrow.length);
        System.arraycopy(freshWide, 0, wide, 0, wide.length);
        block.program().registers().fillSpecials(this);
        for (byte[] memory : local) {
            Arrays.fill(memory, (byte) 0);
        }
        Arrays.fill(counter, 0);
        Arrays.fill(groups, 0);
        Arrays.fill(fences, 0);
        Arrays.fill(barrierFences, 0);
        awaited.clear();
        copies.clear();
        products.clear();
        partings.clear();
        alive = lanes;
        waits = false;
    }

    /** Whether it cannot go on by itself. */
    boolean rests() {
        return waits || !awaited.isEmpty();
    }

    /** Whether it can go on, now that others have. */
    boolean wakes() {
        if (BarrierSteps.Awaited.isAnyOver(awaited)) {
            awaited.clear();
        }
        return alive != 0 && !rests();
    }

    KernelFault fault(Kind kind, int lane, String detail) {
        Program program = block.program();
        return new KernelFault(new Finding(kind, program.name(), program.code()[at].origin(),
                new Place(block.x(), block.y(), block.z(), index, lane), detail));
    }
}
