package pleat.ir.interp;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Which values nothing reads any more after each op of a function, so that their storage can go. */
record LastUses(ImmutableList<ImmutableList<Value>> dead) {

    static LastUses of(Function function) {
        var alive = Collections.newSetFromMap(new IdentityHashMap<Value, Boolean>());
        alive.addAll(function.results());
        var backwards = new ArrayList<ImmutableList<Value>>();
        for (Op op : function.body().reversed()) {
            var dead = ImmutableList.<Value>builder();
            // A result that nobody reads dies at once.
            op.results().stream().filter(alive::add).forEach(dead::add);
            op.operands().stream().filter(alive::add).forEach(dead::add);
            backwards.add(dead.build());
        }
        return new LastUses(ImmutableList.copyOf(backwards.reversed()));
    }

    List<Value> after(int op) {
        return dead.get(op);
    }
}
