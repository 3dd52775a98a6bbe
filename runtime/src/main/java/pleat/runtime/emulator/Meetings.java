package pleat.runtime.emulator;

import java.util.Arrays;

/**
 * Where lanes that part at a branch meet again: the first instruction to which all ways from the branch lead, its immediate post-dominator. The assembler
 * makes them wait for each other there, wherever in the text LLVM has put it.
 */
final class Meetings {
    /** Of a branch from which some way has no end. */
    static final int NONE = -1;
    private static final int UNSEEN = -1;

    private final Instruction[] code;
    /** By instruction, the last being the end, which all that exits comes to. */
    private final int[] number;
    /** Instructions from the end backwards, each after one that it leads to. */
    private final int[] order;
    private int seen;

    private Meetings(Instruction[] code) {
        this.code = code;
        this.number = new int[code.length + 1];
        this.order = new int[code.length + 1];
    }

    /** The same code, with branches that know where lanes meet. */
    static Instruction[] found(Instruction[] code) {
        int[] meetings = new Meetings(code).of();
        var result = code.clone();
        for (int at = 0; at < code.length; at++) {
            if (code[at].action() instanceof Action.Branch(int target, _)) {
                result[at] = new Instruction(code[at].origin(), code[at].guardRow(), code[at].guardNegated(), new Action.Branch(target, meetings[at]));
            }
        }
        return result;
    }

    /** Cooper, Harvey, Kennedy 2001, "A simple, fast dominance algorithm", from the end backwards. */
    private int[] of() {
        number();
        int end = code.length;
        var meetings = new int[end + 1];
        Arrays.fill(meetings, NONE);
        meetings[end] = end;
        for (boolean changed = true; changed;) {
            changed = false;
            for (int i = 1; i < seen; i++) {
                int at = order[i];
                int meeting = NONE;
                for (int next : successors(at)) {
                    if (number[next] != UNSEEN && meetings[next] != NONE) {
                        meeting = meeting == NONE ? next : common(meetings, meeting, next);
                    }
                }
                changed |= meetings[at] != meeting;
                meetings[at] = meeting;
            }
        }
        for (int at = 0; at < end; at++) {
            meetings[at] = meetings[at] == end ? NONE : meetings[at];
        }
        return meetings;
    }

    private int common(int[] meetings, int one, int other) {
        int x = one;
        int y = other;
        while (x != y) {
            if (number[x] > number[y]) {
                x = meetings[x];
            } else {
                y = meetings[y];
            }
        }
        return x;
    }

    private int[] successors(int at) {
        boolean isGuarded = code[at].guardRow() >= 0;
        return switch (code[at].action()) {
            case Action.Branch(int target, _) -> isGuarded ? new int[] {at + 1, target} : new int[] {target};
            case Action.Exit _ -> isGuarded ? new int[] {at + 1, code.length} : new int[] {code.length};
            case Action.Single _, Action.Aligned _, Action.Masked _, Action.Barrier _ -> new int[] {at + 1};
        };
    }

    /** Numbers instructions in reverse postorder of the ways back from the end. */
    private void number() {
        var before = predecessors();
        Arrays.fill(number, UNSEEN);
        var stack = new int[code.length + 1];
        var next = new int[code.length + 1];
        var reached = new boolean[code.length + 1];
        var finished = new int[code.length + 1];
        int depth = 1;
        stack[0] = code.length;
        reached[code.length] = true;
        while (depth > 0) {
            int at = stack[depth - 1];
            if (next[at] == before[at].length) {
                finished[seen++] = at;
                depth--;
                continue;
            }
            int from = before[at][next[at]++];
            if (!reached[from]) {
                reached[from] = true;
                stack[depth++] = from;
            }
        }
        for (int i = 0; i < seen; i++) {
            order[i] = finished[seen - 1 - i];
            number[order[i]] = i;
        }
    }

    private int[][] predecessors() {
        var count = new int[code.length + 1];
        for (int at = 0; at < code.length; at++) {
            for (int next : successors(at)) {
                count[next]++;
            }
        }
        var before = new int[code.length + 1][];
        Arrays.setAll(before, at -> new int[count[at]]);
        for (int at = 0; at < code.length; at++) {
            for (int next : successors(at)) {
                before[next][--count[next]] = at;
            }
        }
        return before;
    }
}
