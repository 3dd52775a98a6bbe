package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import pleat.ir.type.DType;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/**
 * A library of NCCL's functions that are methods of this class, called through native code as NVIDIA's are. Members are threads with an emulated GPU
 * each, whose number is their stream. What is combined is combined in the order of the members.
 */
@SuppressWarnings({"restricted", "unused"}) // functions are found by name
final class FakeNccl {
    private static final long PATIENCE_SECONDS = 30;
    private static final Map<Integer, DType> TYPES = Map.of(1, DType.U8, 2, DType.I32, 6, DType.F16, 7, DType.F32, 9, DType.BF16);

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    volatile int asyncError;

    private record Communicator(String identity, int members, int self) {}

    private record Pair(String identity, int from, int to) {}

    private final Arena arena;
    private final List<EmulatedDevice> devices;
    private final Map<String, MemorySegment> functions = new ConcurrentHashMap<>();
    private final Map<Long, Communicator> communicators = new ConcurrentHashMap<>();
    private final Map<Pair, BlockingQueue<byte[]>> mail = new ConcurrentHashMap<>();
    private final AtomicInteger identities = new AtomicInteger();
    private final ThreadLocal<List<Runnable>> receiving = new ThreadLocal<>();

    FakeNccl(Arena arena, List<EmulatedDevice> devices) {
        this.arena = arena;
        this.devices = devices;
        for (NcclFunction function : NcclFunction.values()) {
            define(function.symbol(), function.descriptor());
        }
        define("ncclGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    private void define(String name, FunctionDescriptor descriptor) {
        try {
            var method = MethodHandles.lookup().bind(this, name, descriptor.toMethodType());
            // What is thrown through native code ends the process.
            var guarded = descriptor.returnLayout().orElseThrow().equals(JAVA_INT) ? MethodHandles.catchException(method, Throwable.class,
                    MethodHandles.dropArguments(MethodHandles.lookup().bind(this, "failed", MethodType.methodType(int.class, Throwable.class)), 1,
                            descriptor.toMethodType().parameterList())) : method;
            functions.put(name, Linker.nativeLinker().upcallStub(guarded, descriptor, arena));
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException(missing);
        }
    }

    SymbolLookup symbols() {
        return name -> Optional.ofNullable(functions.get(name));
    }

    static MemorySegment stream(int device) {
        return MemorySegment.ofAddress(device + 1L);
    }

    private EmulatedDevice device(MemorySegment stream) {
        return devices.get((int) stream.address() - 1);
    }

    private int failed(Throwable thrown) {
        calls.add("failed: " + thrown);
        return 3;
    }

    private int done(String call) {
        calls.add(call);
        return 0;
    }

    int ncclGetVersion(MemorySegment out) {
        out.reinterpret(4).set(JAVA_INT, 0, 22703);
        return 0;
    }

    int ncclGetUniqueId(MemorySegment out) {
        var identity = out.reinterpret(NcclLibrary.IDENTITY_BYTES);
        identity.set(JAVA_INT, 0, identities.incrementAndGet());
        identity.set(JAVA_BYTE, NcclLibrary.IDENTITY_BYTES - 1, (byte) 77);
        return done("ncclGetUniqueId");
    }

    int ncclCommInitRank(MemorySegment out, int members, MemorySegment identity, int self) {
        var bytes = identity.toArray(JAVA_BYTE);
        if (bytes[NcclLibrary.IDENTITY_BYTES - 1] != 77) {
            return 4;
        }
        long handle = 0x1000L + communicators.size() + 64L * self + 4096L * bytes[0];
        communicators.put(handle, new Communicator(HexFormat.of().formatHex(bytes), members, self));
        out.reinterpret(8).set(JAVA_LONG, 0, handle);
        return done("ncclCommInitRank");
    }

    int ncclCommDestroy(MemorySegment communicator) {
        communicators.remove(communicator.address());
        return done("ncclCommDestroy");
    }

    int ncclCommAbort(MemorySegment communicator) {
        return done("ncclCommAbort");
    }

    int ncclCommGetAsyncError(MemorySegment communicator, MemorySegment out) {
        out.reinterpret(4).set(JAVA_INT, 0, asyncError);
        return 0;
    }

    MemorySegment ncclGetErrorString(int error) {
        return arena.allocateFrom("remote process exited");
    }

    private void put(Communicator among, int to, byte[] bytes) {
        mail.computeIfAbsent(new Pair(among.identity(), among.self(), to), _ -> new LinkedBlockingQueue<>()).add(bytes);
    }

    private byte[] take(Communicator among, int from) {
        try {
            var bytes = mail.computeIfAbsent(new Pair(among.identity(), from, among.self()), _ -> new LinkedBlockingQueue<>()).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (bytes == null) {
                throw new IllegalStateException("member " + from + " never sent to " + among.self());
            }
            return bytes;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private byte[] read(MemorySegment stream, long address, long bytes) {
        var memory = MemorySegment.ofArray(new byte[(int) bytes]);
        device(stream).read(memory, address);
        return memory.toArray(JAVA_BYTE);
    }

    private void write(MemorySegment stream, long address, byte[] bytes) {
        device(stream).write(address, MemorySegment.ofArray(bytes));
    }

    /** Sends a block to every member, and gives those of all. */
    private List<byte[]> swap(Communicator among, IntFunction<byte[]> block) {
        for (int to = 0; to < among.members(); to++) {
            put(among, to, block.apply(to));
        }
        var all = new ArrayList<byte[]>();
        for (int from = 0; from < among.members(); from++) {
            all.add(take(among, from));
        }
        return all;
    }

    int ncclAllGather(long operand, long result, long count, int type, MemorySegment communicator, MemorySegment stream) {
        long bytes = count * TYPES.get(type).bytes();
        var all = swap(communicators.get(communicator.address()), _ -> read(stream, operand, bytes));
        for (int m = 0; m < all.size(); m++) {
            write(stream, result + m * bytes, all.get(m));
        }
        return done("ncclAllGather");
    }

    int ncclReduceScatter(long operand, long result, long count, int type, int operator, MemorySegment communicator, MemorySegment stream) {
        long bytes = count * TYPES.get(type).bytes();
        var all = swap(communicators.get(communicator.address()), to -> read(stream, operand + to * bytes, bytes));
        write(stream, result, combined(all, TYPES.get(type), operator));
        return done("ncclReduceScatter");
    }

    int ncclAllReduce(long operand, long result, long count, int type, int operator, MemorySegment communicator, MemorySegment stream) {
        var all = swap(communicators.get(communicator.address()), _ -> read(stream, operand, count * TYPES.get(type).bytes()));
        write(stream, result, combined(all, TYPES.get(type), operator));
        return done("ncclAllReduce");
    }

    private static byte[] combined(List<byte[]> blocks, DType type, int operator) {
        double[] sum = numbers(blocks.getFirst(), type);
        for (byte[] block : blocks.subList(1, blocks.size())) {
            double[] added = numbers(block, type);
            for (int i = 0; i < sum.length; i++) {
                sum[i] = switch (operator) {
                    case 0 -> sum[i] + added[i];
                    case 2 -> Math.max(sum[i], added[i]);
                    case 3 -> Math.min(sum[i], added[i]);
                    default -> throw new IllegalArgumentException("operator " + operator);
                };
            }
        }
        var result = MemorySegment.ofArray(new byte[blocks.getFirst().length]);
        long[] shape = {sum.length};
        (type.isFloating() ? TensorData.ofDoubles(sum, shape) : TensorData.ofLongs(DoubleStream.of(sum).mapToLong(v -> (long) v).toArray(), shape)).copyTo(result, type);
        return result.toArray(JAVA_BYTE);
    }

    private static double[] numbers(byte[] bytes, DType type) {
        return new TensorData(TensorHeader.of(type, new long[] {bytes.length / type.bytes()}), MemorySegment.ofArray(bytes)).toDoubles();
    }

    int ncclGroupStart() {
        receiving.set(new ArrayList<>());
        return done("ncclGroupStart");
    }

    int ncclSend(long address, long count, int type, int member, MemorySegment communicator, MemorySegment stream) {
        put(communicators.get(communicator.address()), member, read(stream, address, count * TYPES.get(type).bytes()));
        return done("ncclSend");
    }

    int ncclRecv(long address, long count, int type, int member, MemorySegment communicator, MemorySegment stream) {
        receiving.get().add(() -> {
            var bytes = take(communicators.get(communicator.address()), member);
            if (bytes.length != count * TYPES.get(type).bytes()) {
                throw new IllegalStateException("member %d sent %d bytes, and %d are received".formatted(member, bytes.length, count));
            }
            write(stream, address, bytes);
        });
        return done("ncclRecv");
    }

    int ncclGroupEnd() {
        receiving.get().forEach(Runnable::run);
        return done("ncclGroupEnd");
    }
}
