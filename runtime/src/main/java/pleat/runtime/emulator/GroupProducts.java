package pleat.runtime.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.runtime.emulator.Finding.Kind;

/**
 * The products that a warp began with its group and did not wait for. They are done as late as a GPU may do them, and until then the registers of their
 * sums hold a pattern that is no number and must not be touched.
 */
final class GroupProducts {
    private static final int POISON = 0x7fc0dead;

    private final Warp warp;
    private final Deque<Begun> begun = new ArrayDeque<>();
    /** Sums that are being computed, by their first register. */
    private final Map<Integer, Sums> sums = new LinkedHashMap<>();
    private int groups;
    /** Whether registers of sums were touched since the last fence. */
    private boolean isTouched;

    private record Begun(GroupProduct product, GroupFactor left, GroupFactor right, boolean isAdded, byte[] factors, int group) {}

    private static final class Sums {
        private final int[] registers;
        private final float[] values;
        private int open;

        Sums(Warp warp, int[] registers) {
            this.registers = registers;
            this.values = new float[registers.length * Row.LANES];
            for (int r = 0; r < registers.length; r++) {
                for (int lane = 0; lane < Row.LANES; lane++) {
                    values[r * Row.LANES + lane] = Numbers.f32(warp.narrow[registers[r] + lane]);
                }
                Arrays.fill(warp.narrow, registers[r], registers[r] + Row.LANES, POISON);
            }
        }

        void write(Warp warp) {
            for (int r = 0; r < registers.length; r++) {
                for (int lane = 0; lane < Row.LANES; lane++) {
                    warp.narrow[registers[r] + lane] = Numbers.bits(values[r * Row.LANES + lane]);
                }
            }
        }
    }

    GroupProducts(Warp warp) {
        this.warp = warp;
    }

    /** As a block finds it. */
    void clear() {
        begun.clear();
        sums.clear();
        groups = 0;
        isTouched = true;
    }

    boolean areOpen() {
        return !begun.isEmpty();
    }

    void fence() {
        isTouched = false;
    }

    void begin(GroupProduct product, GroupFactor left, GroupFactor right, boolean isAdded) {
        if (isTouched) {
            throw warp.fault(Kind.UNFENCED, -1, "registers of its sums were touched since the last wgmma.fence");
        }
        var of = sums.computeIfAbsent(product.sums()[0], _ -> new Sums(warp, product.sums()));
        if (!Arrays.equals(of.registers, product.sums())) {
            throw warp.fault(Kind.SUMS, -1, "its sums are in other registers than those of the product before it that is not done");
        }
        of.open++;
        begun.add(new Begun(product, left, right, isAdded, product.read(warp, left, right), groups));
    }

    void commit() {
        groups++;
    }

    /** Does products until at most so many groups are open. */
    void await(int open) {
        while (!begun.isEmpty() && begun.getFirst().group < groups - open) {
            var next = begun.removeFirst();
            var of = sums.get(next.product.sums()[0]);
            next.product.add(next.product.readAgain(warp, next.left, next.right, next.factors), of.values, next.isAdded);
            if (--of.open == 0) {
                sums.remove(next.product.sums()[0]);
                of.write(warp);
            }
        }
    }

    /** An instruction reads or writes registers of sums. */
    void touch(int lane, int[] registers) {
        isTouched = true;
        for (var of : sums.values()) {
            for (int register : registers) {
                if (Arrays.stream(of.registers).anyMatch(sum -> sum == register)) {
                    throw warp.fault(Kind.SUMS, lane, "a product that computes this register was not waited for");
                }
            }
        }
    }
}
