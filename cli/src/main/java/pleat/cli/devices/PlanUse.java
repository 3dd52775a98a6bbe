package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import pleat.cli.saved.SavedPlan;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.TensorModule;

/** What devices do with a saved plan. */
public interface PlanUse {
    /** To run what it says. */
    PlanUse AS_SAVED = new PlanUse() {
        @Override
        public String name(SavedPlan saved) {
            return saved.name();
        }

        @Override
        public Spread before(Spread forward) {
            return forward;
        }

        @Override
        public ImmutableList<TensorModule> after(ImmutableList<TensorModule> programs) {
            return programs;
        }
    };

    /** A module, and how it is spread. */
    record Spread(TensorModule module, ShardPlan shards) {}

    /** What is equal where devices do the same. */
    String name(SavedPlan saved);

    /** What is spread, and differentiated then. */
    Spread before(Spread forward);

    /** @param programs of the devices, by rank, with gradients */
    ImmutableList<TensorModule> after(ImmutableList<TensorModule> programs);
}
