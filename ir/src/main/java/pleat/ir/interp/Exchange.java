package pleat.ir.interp;

import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;

/** How a device that is interpreted meets the others. */
@FunctionalInterface
interface Exchange {
    /** For a module that is run by itself. */
    Exchange NONE = (op, operand) -> {
        if (op.transfer() instanceof Transfer.Vary) {
            return operand;
        }
        throw new UserException("`%" + op.result().name() + "` needs the other devices of the mesh: a module of one device is run with theirs");
    };

    /** What this device gets from a collective to which it brings an operand. */
    NdArray apply(Op.Collective op, NdArray operand);
}
