package pleat.cli.golden;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.model.ModelRegistry;
import pleat.cli.model.Reference;
import pleat.cli.model.Reference.Run;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

/** A file of reference results as a job: which model it is of, on which tensors, and how far other outputs are from the file's. */
public final class GoldenRun implements AutoCloseable {
    private final Golden golden;
    private final Reference reference;

    private GoldenRun(Golden golden, Reference reference) {
        this.golden = golden;
        this.reference = reference;
    }

    /** Whether a file of tensors has reference results in it, and not only weights or inputs. */
    public static boolean isGolden(Path path) {
        try (var file = WeightFiles.open(path)) {
            return file.textNames().contains("meta");
        }
    }

    public static GoldenRun open(Path path, ModelRegistry registry) {
        var golden = Golden.open(path);
        try {
            return new GoldenRun(golden, registry.reference(golden.module(), golden.configuration()));
        } catch (UserException e) {
            golden.close();
            throw e;
        }
    }

    /** Runs of the model of which the file has an output; most files need one. */
    public ImmutableList<Run> runs() {
        var outputs = golden.outputs();
        return reference.runs().stream().filter(run -> run.outputs().isEmpty() || run.outputs().values().stream().anyMatch(outputs::has))
                .collect(ImmutableList.toImmutableList());
    }

    /** What to compile for a run; outputs only, even where the file has gradients. */
    public CompileRequest request(Run run, NativeOptions options, OptionalLong memoryBudget) {
        return new CompileRequest(new ModelReference.Shipped(reference.module()), GoldenInputs.request(golden, reference, run), Gradients.NONE,
                options, memoryBudget);
    }

    public TensorSource parameters() {
        return golden.parameters();
    }

    /** How the file names them. */
    public NameMap parameterNames() {
        return reference.tensors().parameters();
    }

    /** @param required what the model takes: masks may be left out of the file */
    public TensorSource inputs(List<Required> required) {
        return GoldenInputs.inputs(golden, reference, required);
    }

    /** One row for each output that the file has too. */
    public ImmutableList<Comparison.Row> compare(Run run, Map<String, TensorData> outputs) {
        var rows = new ArrayList<Comparison.Row>();
        double slack = reference.results().slack();
        new GoldenOutputs(reference, run).named(outputs).forEach((name, actual) -> {
            if (golden.outputs().has(name)) {
                var expected = golden.outputs().tensor(name);
                rows.add(Comparison.output("out/" + name, actual, expected, golden.compared(name), slack * golden.outputTolerance(name)));
            }
        });
        if (rows.isEmpty()) {
            throw new UserException(golden.origin() + " has none of the outputs of `" + reference.module() + "`: "
                    + String.join(", ", ImmutableMap.copyOf(outputs).keySet()));
        }
        return ImmutableList.copyOf(rows);
    }

    @Override
    public void close() {
        golden.close();
    }
}
