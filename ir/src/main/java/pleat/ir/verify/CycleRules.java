package pleat.ir.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** No function calls itself: there is no condition in the IR that could end the recursion. */
final class CycleRules {
    private final TensorModule module;
    private final Findings findings;
    private final Set<String> path = new LinkedHashSet<>();
    private final Set<String> done = new LinkedHashSet<>();

    private CycleRules(TensorModule module, Findings findings) {
        this.module = module;
        this.findings = findings;
    }

    static void check(TensorModule module, Findings findings) {
        var rules = new CycleRules(module, findings);
        module.functions().values().forEach(rules::visit);
    }

    static Optional<String> callee(Op op) {
        return switch (op) {
            case Op.Call call -> Optional.of(call.callee());
            case Op.Repeat repeat -> Optional.of(repeat.body().callee());
            case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> Optional.empty();
        };
    }

    private void visit(Function function) {
        if (done.contains(function.name())) {
            return;
        }
        path.add(function.name());
        for (Op op : function.body()) {
            callee(op).filter(module.functions()::containsKey).ifPresent(callee -> follow(op, callee));
        }
        path.remove(function.name());
        done.add(function.name());
    }

    private void follow(Op op, String callee) {
        if (path.contains(callee)) {
            List<String> cycle = new ArrayList<>(path).subList(new ArrayList<>(path).indexOf(callee), path.size());
            findings.report(VerifyCode.RECURSION, op, "recursion without end: %s",
                    cycle.stream().map(name -> "`@" + name + "`")
                    .collect(Collectors.joining(" calls ", "", " calls `@" + callee + "`")));
        } else {
            visit(module.functions().get(callee));
        }
    }
}
