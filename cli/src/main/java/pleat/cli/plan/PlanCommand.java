package pleat.cli.plan;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.google.common.math.LongMath;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.compile.ModelReference;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFile;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;
import pleat.passes.planner.Proof;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;
import pleat.runtime.io.AtomicFile;

/** Finds a plan, says what it takes and why it is as it is, and writes it. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Finds how a model is spread over devices within a memory budget.",
        footer = {
            "%nExamples:",
            "  pleat plan evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine evo-e2e --devices 4 --memory 40GB",
            "  pleat plan evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine evo-e2e --devices 4 --memory 16GB --explain"
        })
public final class PlanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private PlanOptions options;

    @Option(names = "--plan", paramLabel = "NAME", defaultValue = "auto",
            description = "single, dp, zero, tp, dap, dap-fastfold or auto. Default: ${DEFAULT-VALUE}.")
    private String plan;

    @Option(names = "--explain", description = "Say what bounds memory, what more memory or a device more would bring, and how each part is split.")
    private boolean explain;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the plan, for `pleat run` and `pleat verify-plan`.")
    private Path output;

    @Option(names = "--certificate", paramLabel = "FILE", description = "Write what was searched and why no plan is better, for `pleat check-certificate`.")
    private Path certificate;

    @Option(names = "--json", description = "Print a JSON object, as a row of `pleat compare`; with --explain the explanation too.")
    private boolean json;

    /** What `--json --explain` prints: the row, and the explanation's lines beside it. */
    private record Explained(@JsonUnwrapped PlanRow row, PlanExplanation.Lines explanation) {}

    @Override
    public Integer call() {
        WritableFile.checkIfGiven(output);
        WritableFile.checkIfGiven(certificate);
        PrintWriter out = spec.commandLine().getOut();
        var name = PlanName.parse(plan);
        var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
        var module = options.module(reference);
        var planner = Planner.of(module, options.isTraining());
        var request = options.request(module.name());
        var outcome = planner.plan(name, request);
        var row = PlanRow.of(outcome, request.prices().machine(), request.budgetBytes());
        if (json) {
            Json.print(out, explain && outcome.isFeasible() ? new Explained(row, explanation(reference).of(outcome, changed(planner, name, request))) : row);
        } else if (outcome.isFeasible()) {
            PlanReport.print(out, outcome, row);
            if (!request.pins().isEmpty()) {
                PlanReport.pins(out, outcome, planner.plan(name, request.withoutPins()));
            }
            if (explain) {
                explanation(reference).of(outcome, changed(planner, name, request)).print(out);
            }
        }
        if (certificate != null && outcome.exists()) {
            AtomicFile.write(certificate, Proof.print(outcome.proofs()));
        }
        if (!outcome.isFeasible()) {
            throw new UserException(PlanReport.refusal(outcome));
        }
        if (output != null) {
            SavedPlanText.write(output, new PlannedRun(model, options, module).of(outcome, row));
        }
        out.flush();
        return 0;
    }

    private static PlanExplanation explanation(ModelReference reference) {
        return new PlanExplanation(new SourceText(reference.open().program()));
    }

    /** The same with a little more of what it was given. */
    private static List<PlanExplanation.Changed> changed(Planner planner, NamedPlan name, Planner.Request request) {
        var all = new ArrayList<PlanExplanation.Changed>();
        all.add(new PlanExplanation.Changed("4 GB more", "no faster: memory is not what holds it back", planner.plan(name, request.withBudgetBytes(LongMath.saturatedAdd(request.budgetBytes(), 4_000_000_000L)))));
        all.add(new PlanExplanation.Changed("one device more", "no faster", planner.plan(name, request.withDevices(request.devices() + 1))));
        return all;
    }
}
