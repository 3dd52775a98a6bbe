package pleat.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/**
 * How much of a chunk that a repetition goes over or collects lies side by side for its programs, if the chunk stays in the value that it is a part of. That
 * value keeps the order of its dims, so the heads of an attention may be neighbours, of which a program has one. See Note [Pieces of sectors].
 */
final class Pieces {
    private final int sectorBytes;
    private final long copyBytes;
    private final Map<Value, List<Value>> chunks = new LinkedHashMap<>();
    private final Map<Value, Set<Integer>> stepped = new LinkedHashMap<>();

    /** @param copyBytes what is larger stays where it is */
    Pieces(TensorModule module, int sectorBytes, long copyBytes) {
        this.sectorBytes = sectorBytes;
        this.copyBytes = copyBytes;
        module.functions().values().forEach(function -> function.body().forEach(op -> {
            if (op instanceof Repeat repeat) {
                var body = module.functions().get(repeat.body().callee());
                int before = repeat.carried().size() + repeat.invariant().size();
                for (int s = 0; s < repeat.sliced().size(); s++) {
                    add(repeat.sliced().get(s), body.arguments().get(before + s));
                }
                for (int r = repeat.carried().size(); r < repeat.results().size(); r++) {
                    add(repeat.results().get(r), body.results().get(r));
                }
            }
        }));
    }

    private void add(Value stack, Value chunk) {
        chunks.computeIfAbsent(stack, _ -> new ArrayList<>()).add(chunk);
    }

    /** What the programs of a body step through one by one; bodies are asked before what repeats them. */
    void learn(List<GroupedModule.Step> steps) {
        for (var step : steps) {
            if (step instanceof GroupedModule.Step.Program(var program)) {
                program.batchDims().forEach((value, dims) -> stepped.computeIfAbsent(value, _ -> new LinkedHashSet<>()).addAll(dims));
            }
        }
    }

    /** Whether chunks, cut along a dim, stay where they are: all are read and written in whole sectors there, or there are too many bytes to copy. */
    boolean stay(Value stack, int dim) {
        return bytes(stack) > copyBytes || chunks.getOrDefault(stack, List.of()).stream().allMatch(chunk -> bytesBeside(chunk, dim) >= sectorBytes);
    }

    private static long bytes(Value value) {
        return value.type().dims().stream().mapToLong(Dim::known).reduce(value.type().dtype().bytes(), Math::multiplyExact);
    }

    private long bytesBeside(Value chunk, int dim) {
        var one = stepped.getOrDefault(chunk, Set.of());
        long bytes = chunk.type().dtype().bytes();
        for (int d = chunk.type().rank() - 1; d >= 0 && !one.contains(d); d--) {
            bytes = Math.multiplyExact(bytes, chunk.type().dims().get(d).known());
            if (d == dim) {
                return bytes;
            }
        }
        return bytes;
    }
}

/*
 * Note [Pieces of sectors]
 *
 * A GPU's memory hands over 32 bytes or nothing. Of biases that have the heads of all layers side by side, a program that computes one head of one layer takes
 * 4 bytes of each 32, and the programs of the other heads and layers the rest: all is fetched eight times. If instead the stack of chunks is computed, which is
 * nothing but a move, it lies as its readers want it (Layouts): it is read once, written once, and fetched once in whole sectors. That takes memory, of the size of
 * the value, and so there is a limit. The same holds for what a repetition collects, as the gradients of such biases.
 */
