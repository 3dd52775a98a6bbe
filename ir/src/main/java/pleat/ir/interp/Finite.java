package pleat.ir.interp;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.Printer;

/** Finds the first place where numbers stop being finite. */
final class Finite {
    private Finite() {}

    static void checkInput(Parameter parameter, NdArray argument) {
        int position = firstNotFinite(argument);
        if (position >= 0) {
            throw new UserException("`" + parameter.external() + "` is " + argument.at(position) + " at "
                    + subscripts(argument, position) + "\n  = note: found because of --check-finite");
        }
    }

    static void checkResult(TensorModule module, Op op, Value result, NdArray stored) {
        int position = firstNotFinite(stored);
        if (position >= 0) {
            var printed = Printer.printWithSpans(module).spans().of(op);
            throw new UserException("`%" + result.name() + "` is " + stored.at(position) + " at " + subscripts(stored, position)
                    + "\n  --> " + printed + "\n   | " + printed.text() + "\n  = note: every operand of this op is finite");
        }
    }

    private static int firstNotFinite(NdArray array) {
        for (int i = 0; i < array.size(); i++) {
            if (!Double.isFinite(array.at(i))) {
                return i;
            }
        }
        return -1;
    }

    private static List<Long> subscripts(NdArray array, int position) {
        var subscripts = new ArrayList<Long>();
        long rest = position;
        for (int dim = array.rank() - 1; dim >= 0; dim--) {
            subscripts.addFirst(rest % array.extent(dim));
            rest /= array.extent(dim);
        }
        return subscripts;
    }
}
