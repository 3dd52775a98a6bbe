package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import pleat.ir.index.Reduction;
import pleat.ir.type.DType;

/** What the devices of one group do together. Calls take effect in their order, on one stream. */
final class NcclCommunicator implements AutoCloseable {
    private static final int BYTES = 1;
    private static final int IN_PROGRESS = 7;

    private final NcclLibrary library;
    private final MemorySegment stream;
    private final MemorySegment handle;
    private boolean isAborted;

    /** How a communicator comes into being, with {@code self} of {@code members} on each of them. */
    record Membership(byte[] identity, int members, int self) {}

    /** Waits for all members. */
    NcclCommunicator(NcclLibrary library, Membership membership, MemorySegment stream) {
        this.library = library;
        this.stream = stream;
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            var identity = arena.allocateFrom(JAVA_BYTE, membership.identity());
            library.call(NcclFunction.COMM_INIT_RANK, out, membership.members(), identity, membership.self());
            handle = out.get(ADDRESS, 0);
        }
    }

    /** @param bytes of each member */
    void allGather(long operand, long result, long bytes) {
        library.call(NcclFunction.ALL_GATHER, operand, result, bytes, BYTES, handle, stream);
    }

    /** @param elements of each member's result */
    void reduceScatter(long operand, long result, long elements, Combining how) {
        library.call(NcclFunction.REDUCE_SCATTER, operand, result, elements, how.type(), how.operator(), handle, stream);
    }

    void allReduce(long operand, long result, long elements, Combining how) {
        library.call(NcclFunction.ALL_REDUCE, operand, result, elements, how.type(), how.operator(), handle, stream);
    }

    /** What one member sends to another, or gets from it. */
    record Transfer(int member, long address, long bytes) {}

    /** All of them at once: no member has to send before another receives. */
    void exchange(List<Transfer> sent, List<Transfer> received) {
        library.call(NcclFunction.GROUP_START);
        sent.forEach(t -> library.call(NcclFunction.SEND, t.address(), t.bytes(), BYTES, t.member(), handle, stream));
        received.forEach(t -> library.call(NcclFunction.RECV, t.address(), t.bytes(), BYTES, t.member(), handle, stream));
        library.call(NcclFunction.GROUP_END);
    }

    /** How elements become one, as NCCL numbers types and operators. */
    record Combining(int type, int operator) {
        static Combining of(DType dtype, Reduction reduction) {
            int type = switch (dtype) {
                case I32 -> 2;
                case F16 -> 6;
                case F32 -> 7;
                case BF16 -> 9;
                case F64, I64, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype.text() + " is not combined");
            };
            return new Combining(type, switch (reduction) {
                case Reduction.Sum _ -> 0;
                case Reduction.Max _ -> 2;
                case Reduction.Min _ -> 3;
                case Reduction.None _ -> throw new IllegalArgumentException("nothing is combined");
            });
        }
    }

    /** What went wrong while nobody called. */
    synchronized Optional<String> failure() {
        if (isAborted) {
            return Optional.empty();
        }
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_INT);
            library.call(NcclFunction.COMM_GET_ASYNC_ERROR, handle, out);
            int error = out.get(JAVA_INT, 0);
            return error == 0 || error == IN_PROGRESS ? Optional.empty() : Optional.of("error %d of NCCL, %s".formatted(error, library.text(error)));
        }
    }

    /** Ends what is under way, so that nobody waits for a member that is gone. */
    synchronized void abort() {
        if (!isAborted) {
            isAborted = true;
            library.error(NcclFunction.COMM_ABORT, handle);
        }
    }

    @Override
    public synchronized void close() {
        if (!isAborted) {
            isAborted = true;
            library.call(NcclFunction.COMM_DESTROY, handle);
        }
    }
}
