package pleat.runtime.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import pleat.runtime.emulator.Finding.Kind;

/** Four warps that must do the same with their units, in the same order. Here they need not do it at the same time, so what one did the others are held to. */
final class WarpGroup {
    static final int WARPS = 4;

    private record Act(int at, long left, long right) {}

    private final Deque<Act> acts = new ArrayDeque<>();
    /** Acts that each warp did since the oldest one that is kept. */
    private final int[] done = new int[WARPS];

    void begin() {
        acts.clear();
        Arrays.fill(done, 0);
    }

    /** A warp comes to an instruction of its group; factors are 0 where it names none. */
    void act(Warp warp, long left, long right) {
        var act = new Act(warp.at, left, right);
        int number = done[warp.index % WARPS]++;
        if (number == acts.size()) {
            acts.add(act);
        } else {
            Iterator<Act> all = acts.iterator();
            for (int i = 0; i < number; i++) {
                all.next();
            }
            compare(warp, all.next(), act);
        }
        if (Arrays.stream(done).allMatch(count -> count > 0)) {
            acts.removeFirst();
            Arrays.setAll(done, i -> done[i] - 1);
        }
    }

    private static void compare(Warp warp, Act first, Act act) {
        if (first.at != act.at) {
            var other = warp.block.program().code()[first.at].origin();
            throw warp.fault(Kind.GROUP, -1, "another warp of its group is at PTX line " + other.line() + ": " + other.text());
        }
        if (!first.equals(act)) {
            throw warp.fault(Kind.GROUP, -1, "another warp of its group has factors 0x%x and 0x%x, and this one 0x%x and 0x%x".formatted(first.left, first.right,
                    act.left, act.right));
        }
    }

    /** All warps ended. */
    void end(Iterable<Warp> warps) {
        for (Warp warp : warps) {
            if (warp.products.areOpen()) {
                throw warp.fault(Kind.SUMS, -1, "it ended, and a product was not waited for");
            }
            if (done[warp.index % WARPS] < acts.size()) {
                throw warp.fault(Kind.GROUP, -1, "it ended, and another warp of its group went on with products");
            }
        }
    }
}
