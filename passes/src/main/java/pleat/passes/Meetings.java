package pleat.passes;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;

/**
 * In which ops the devices of a mesh wait for each other. Each device is optimised by itself, and what is equal or needless on one need not be
 * so on another; so a pass neither merges, drops nor moves such an op, or a device might wait for one that does not come.
 */
public final class Meetings {
    private final Map<String, Function> functions;
    private final Map<String, Boolean> known = new LinkedHashMap<>();

    /** @param functions where calls and repetitions find theirs */
    public Meetings(Map<String, Function> functions) {
        this.functions = functions;
    }

    public boolean isIn(Op op) {
        return switch (op) {
            case Op.Collective collective -> collective.transfer().meets();
            case Op.Call call -> isInFunction(call.callee());
            case Op.Repeat repeat -> isInFunction(repeat.body().callee());
            case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> false;
        };
    }

    private boolean isInFunction(String name) {
        Boolean found = known.get(name);
        if (found == null) {
            found = functions.get(name).body().stream().anyMatch(this::isIn);
            known.put(name, found);
        }
        return found;
    }
}
