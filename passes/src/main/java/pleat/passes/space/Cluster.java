package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Ops that are split alike: one choice of an axis class for each mesh axis decides for all of them.
 *
 * @param members in the order of the function
 * @param moving values from elsewhere that can be cut
 * @param outputs values that are read outside, or handed on
 * @param classes how many classes of axes there are
 */
record Cluster(ImmutableList<Member> members, ImmutableSet<Value> moving, ImmutableSet<Value> outputs, int classes) {

    /** @param classOf for each axis of the op its class */
    record Member(Form form, int[] classOf) {
        Op op() {
            return form.op();
        }

        Value result() {
            return form.result();
        }

        /** The op's axis in a class, or -1. */
        int axis(int axisClass) {
            for (int a = 0; a < classOf.length; a++) {
                if (classOf[a] == axisClass) {
                    return a;
                }
            }
            return -1;
        }
    }

    List<Value> results() {
        return members.stream().map(Member::result).toList();
    }

    /** For messages: its last value. */
    String name() {
        return members.getLast().result().name();
    }
}
