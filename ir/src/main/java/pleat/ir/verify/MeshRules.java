package pleat.ir.verify;

import java.util.Optional;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Transfers;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** What a module says about other devices fits the mesh and the place of its own device in it. */
final class MeshRules {
    private final Optional<Device> device;
    private final Findings findings;

    private MeshRules(TensorModule module, Findings findings) {
        this.device = module.device();
        this.findings = findings;
    }

    static void check(Function function, TensorModule module, Findings findings) {
        var rules = new MeshRules(module, findings);
        boolean isEntry = function.name().equals(module.entry());
        function.parameters().forEach(p -> rules.check(function, isEntry, p.value(), p.sharding()));
        function.returns().forEach(r -> rules.check(function, isEntry, r.value(), r.sharding()));
        for (Op op : function.body()) {
            switch (op) {
                case Op.Collective collective -> rules.check(collective);
                case Op.Random random -> rules.check(random);
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Call _, Op.Repeat _ -> {
                }
            }
        }
    }

    private void check(Function function, boolean isEntry, Value value, Sharding sharding) {
        if (!sharding.isWhole() && (!isEntry || device.isEmpty())) {
            findings.report(VerifyCode.MESH, function, "`%%%s` is split, but %s", value.name(),
                    isEntry ? "the module is for one device" : "only what the entry function takes and returns is known to others");
            return;
        }
        sharding.splits().stream().filter(split -> !isPart(value.type(), split)).forEach(split -> findings.report(VerifyCode.MESH, function,
                "`%%%s` of type `%s` is not what %s has of %s", value.name(), value.type(), device.get(), split));
    }

    private boolean isPart(TensorType type, Split split) {
        var mesh = device.orElseThrow().mesh();
        return mesh.has(split.axis()) && split.isFor(mesh.size(split.axis())) && split.dim() < type.rank()
                && type.dims().get(split.dim()).equals(Dim.of(split.part(device.get()).extent()));
    }

    private void check(Op.Collective collective) {
        if (device.isEmpty()) {
            findings.report(VerifyCode.MESH, collective, "a program of one device has no collectives");
            return;
        }
        switch (Transfers.resultType(collective.transfer(), collective.operand().type(), device.get())) {
            case Derived.No<TensorType>(String reason) -> findings.report(VerifyCode.MESH, collective, "%s", reason);
            case Derived.Yes<TensorType>(TensorType type) when !type.equals(collective.result().type()) -> findings.report(VerifyCode.RESULT_TYPE,
                    collective, "the result is of type `%s`, not `%s`", type, collective.result().type());
            case Derived.Yes<TensorType> _ -> {
            }
        }
    }

    private void check(Op.Random random) {
        int last = -1;
        for (Op.Random.Cut cut : random.cuts()) {
            TensorType type = random.result().type();
            boolean fits = cut.dim() > last && cut.dim() < type.rank() && type.dims().get(cut.dim()) instanceof Dim.Const(long extent)
                    && cut.start() + extent <= cut.extent();
            if (!fits) {
                findings.report(VerifyCode.RESULT_TYPE, random, "`%s` is no part of dims that are cut at %s", type, random.cuts());
            }
            last = cut.dim();
        }
    }
}
