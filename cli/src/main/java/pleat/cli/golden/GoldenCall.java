package pleat.cli.golden;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Preparation;
import pleat.cli.execute.Arguments;
import pleat.cli.model.Reference;
import pleat.cli.model.Reference.Run;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.WeightBinding;
import pleat.runtime.io.WeightBinding.Required;

/**
 * One call of a model with the tensors of a file of reference results.
 *
 * @param module with the file's sizes; it returns gradients as well where the file has them
 */
record GoldenCall(Golden golden, Reference reference, Run run, TensorModule module) {

    static GoldenCall of(Golden golden, Reference reference, Run run) {
        var compiled = Frontend.ofImport(reference.module().source(), Library.shipped()).compile(reference.module().module(),
                GoldenInputs.request(golden, reference, run));
        var gradients = new GradientSums(golden, reference.tensors()).wanted(compiled);
        var module = Preparation.of(compiled, Gradients.of(gradients), NativeOptions.threads(1)).module();
        return new GoldenCall(golden, reference, run, module);
    }

    /** All arguments of the call, by {@link Arguments#key}. */
    Map<String, TensorData> arguments(Arena arena) {
        var arguments = new LinkedHashMap<String, TensorData>();
        WeightBinding.parameters(required(Role.WEIGHT), golden.parameters(), reference.tensors().parameters())
                .forEach(bound -> arguments.put("param/" + bound.required().name(), bound.tensor(arena)));
        var inputs = required(Role.INPUT);
        WeightBinding.inputs(inputs, GoldenInputs.inputs(golden, reference, inputs), NameMap.SAME)
                .forEach(bound -> arguments.put("in/" + bound.required().name(), bound.tensor(arena)));
        var cotangents = golden.cotangents();
        for (Required one : required(Role.COTANGENT)) {
            arguments.put("cot/" + one.name(), outputs().cotangent(one.name(), one.header(), cotangents));
        }
        return arguments;
    }

    GoldenOutputs outputs() {
        return new GoldenOutputs(reference, run);
    }

    private List<Required> required(Role role) {
        return module.entryFunction().parameters().stream().filter(parameter -> parameter.role() == role)
                .map(parameter -> new Required(parameter.external(), header(parameter))).toList();
    }

    private static TensorHeader header(Parameter parameter) {
        var type = parameter.value().type();
        return TensorHeader.of(type.dtype(), type.shape());
    }
}
