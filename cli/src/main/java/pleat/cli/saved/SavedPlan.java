package pleat.cli.saved;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import pleat.cli.compile.Gradients;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.shard.RepeatRuns;

/**
 * An execution plan as it is written to a file and replayed: what is computed, how it is spread over devices, what is kept for gradients, and what
 * was expected of it.
 *
 * @param runs where repetitions are cut, because their copies are spread or kept differently
 * @param facts what else is to be remembered of the plan: its machine, its estimates; a run does not depend on them
 */
public record SavedPlan(Work work, Code code, RepeatRuns runs, ShardPlan shards, ImmutableMap<String, String> facts) {

    /**
     * What is computed.
     *
     * @param model as a command names it
     * @param values settings and sizes
     * @param batch samples in one step, along a first dim of every input; of one sample the inputs are as the model declares them
     */
    public record Work(String model, ImmutableMap<String, String> values, long batch, Gradients gradients) {}

    /**
     * How code is made of it; see {@link pleat.cli.compile.NativeOptions}.
     *
     * @param hoist false: everything in a loop is computed in every turn of it
     * @param overlap false: a device waits for each exchange as soon as it has started it
     */
    public record Code(DType storage, boolean fuse, boolean windows, boolean hoist, boolean overlap) {
        /** As code is made where nothing else is said. */
        public static final Code DEFAULT = new Code(DType.F32, true, true, true, true);
    }

    /** The module that the shards speak of, of the one that the model gives. */
    public TensorModule whole(TensorModule forward) {
        return runs.cut(forward);
    }

    public int devices() {
        return shards.mesh().devices();
    }

    /** The same with one more fact. */
    public SavedPlan with(String fact, Object value) {
        var all = new LinkedHashMap<>(facts);
        all.put(fact, value.toString());
        return new SavedPlan(work, code, runs, shards, ImmutableMap.copyOf(all));
    }

    /** The same plan, whose devices wait for each exchange as soon as they have started it. */
    public SavedPlan withoutOverlap() {
        return new SavedPlan(work, new Code(code.storage(), code.fuse(), code.windows(), code.hoist(), false), runs, shards, facts);
    }

    /** What is equal where the plan is: a part of the hash of its text without the facts. */
    public String name() {
        var text = SavedPlanText.print(new SavedPlan(work, code, runs, shards, ImmutableMap.of()));
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, 16);
    }
}
