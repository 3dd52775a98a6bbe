package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.execute.Arguments;
import pleat.cli.execute.Via;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/** A module on a file of reference results, run in each way that needs no GPU. */
final class RunOfAModel {
    private static final String FILE = "tests/src/test/resources/goldens/of_triangle_mult_outgoing.npz";
    private static final String MODEL = "af2.triangle_multiplication:TriangleMultiplicationOutgoing";
    private static final double TOLERANCE = 1e-5;

    private RunOfAModel() {}

    /** One element of the result, and whether the largest difference from the reference is within the tolerance. */
    static String table() {
        try (var file = WeightFiles.open(Goldens.root().resolve(FILE))) {
            var module = module(file);
            var arguments = arguments(module, file);
            var reference = file.under("out/").tensor("z_update").toDoubles();
            var rows = new StringBuilder("                 z_update[0, 0, 0]\n").append(row("reference", reference));
            for (Via via : EnumSet.complementOf(EnumSet.of(Via.CUDA))) {
                double[] actual = via.executor(1).run(module, arguments).get("z_update").toDoubles();
                double difference = difference(actual, reference);
                assertTrue(difference < TOLERANCE, via + " differs by " + difference);
                rows.append(row(via.name().toLowerCase(Locale.ROOT), actual));
            }
            return rows.append("all elements agree within %.0e\n".formatted(TOLERANCE)).toString();
        }
    }

    private static TensorModule module(TensorSource file) {
        var inputs = file.under("in/");
        var shapes = ImmutableMap.copyOf(Maps.toMap(inputs.names(), name -> inputs.header(name).shape().asList()));
        var settings = ImmutableMap.of("c_hidden", ConfigValue.of(16));
        var reference = ModelReference.parse(MODEL, ModelRegistry.load(), _ -> {
        });
        var compiler = new ModelCompiler(new CompileRequest(reference, new Request(settings, shapes), Gradients.NONE, NativeOptions.threads(1),
                OptionalLong.empty()), HostTarget.detect(), Phases.quiet());
        return compiler.prepared(compiler.source(reference.open()));
    }

    private static Map<String, TensorData> arguments(TensorModule module, TensorSource file) {
        var arguments = new LinkedHashMap<String, TensorData>();
        module.entryFunction().parameters().forEach(parameter -> arguments.put(Arguments.key(parameter), file.tensor(Arguments.key(parameter))));
        return arguments;
    }

    private static String row(String name, double[] values) {
        return "%-16s %.5f\n".formatted(name, values[0]);
    }

    private static double difference(double[] actual, double[] reference) {
        double largest = 0;
        for (int i = 0; i < reference.length; i++) {
            largest = Math.max(largest, Math.abs(actual[i] - reference[i]));
        }
        return largest;
    }
}
