package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import pleat.ir.derive.Normalize;
import pleat.ir.tensor.TensorModule;

/** Brings every equation into normal form, so that equal formulas are equal records. */
public final class NormalizeEquations {
    public static final Pass PASS = new Pass("normalize", "Brings every equation into normal form.", needs(),
            gives(Invariant.NORMAL_FORM),
            NormalizeEquations::run);

    private NormalizeEquations() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachCompute(module, Normalize::of);
    }
}
