package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;

/**
 * The functions of NCCL that Pleat calls. All return an error number, 0 for success. Device memory and counts are 64-bit numbers, types and operators
 * are numbers, communicators and streams are addresses.
 */
enum NcclFunction implements StatusFunctions.Declared {
    GET_VERSION("ncclGetVersion", ADDRESS),
    GET_UNIQUE_ID("ncclGetUniqueId", ADDRESS),
    /** The identity goes by value. */
    COMM_INIT_RANK("ncclCommInitRank", ADDRESS, JAVA_INT, MemoryLayout.structLayout(MemoryLayout.sequenceLayout(NcclLibrary.IDENTITY_BYTES, JAVA_BYTE)), JAVA_INT),
    COMM_DESTROY("ncclCommDestroy", ADDRESS),
    COMM_ABORT("ncclCommAbort", ADDRESS),
    COMM_GET_ASYNC_ERROR("ncclCommGetAsyncError", ADDRESS, ADDRESS),
    /** Operand, result, elements of each member, type, communicator, stream. */
    ALL_GATHER("ncclAllGather", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS),
    /** Operand, result, elements of each member's result, type, operator, communicator, stream. */
    REDUCE_SCATTER("ncclReduceScatter", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
    /** Operand, result, elements, type, operator, communicator, stream. */
    ALL_REDUCE("ncclAllReduce", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
    /** What, elements, type, member, communicator, stream. */
    SEND("ncclSend", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
    RECV("ncclRecv", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
    GROUP_START("ncclGroupStart"),
    GROUP_END("ncclGroupEnd");

    private final StatusFunctions.Declaration declaration;

    NcclFunction(String symbol, MemoryLayout... arguments) {
        declaration = StatusFunctions.Declaration.of(symbol, arguments);
    }

    @Override
    public StatusFunctions.Declaration declaration() {
        return declaration;
    }
}
