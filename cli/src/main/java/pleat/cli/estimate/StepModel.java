package pleat.cli.estimate;

import java.nio.file.Files;
import java.nio.file.Path;
import pleat.cli.compile.SourceFiles;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.ShardPlanText;
import pleat.passes.shard.ShardModule;

/** The program of the device that has most to do. */
public final class StepModel {
    private StepModel() {}

    /**
     * @param plan {@code single}, a plan that is pinned for the model, or a file
     * @return the first device's: where parts are not equal, the first ones are larger
     */
    public static TensorModule onOneDevice(TensorModule module, String plan, int devices) {
        if (devices < 1) {
            throw new UserException("--devices is " + devices + ", and at least one device is needed");
        }
        if (plan.equals("single") || devices == 1) {
            return module;
        }
        var shards = PinnedPlans.of(module, plan, devices).orElseGet(() -> read(module, plan));
        return ShardModule.of(module, shards, shards.mesh().device(0));
    }

    private static ShardPlan read(TensorModule module, String plan) {
        if (!Files.isRegularFile(Path.of(plan))) {
            throw PinnedPlans.unknown(module, plan);
        }
        if (SavedPlanText.isSaved(Path.of(plan))) {
            return SavedPlanText.read(Path.of(plan)).shards();
        }
        return ShardPlanText.parse(new Source(plan, SourceFiles.read(Path.of(plan))));
    }
}
