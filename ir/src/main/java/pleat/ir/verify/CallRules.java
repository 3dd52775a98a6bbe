package pleat.ir.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Operands and results of calls and repetitions have the types of the function's parameters and results. */
final class CallRules {
    private final TensorModule module;
    private final Findings findings;

    private CallRules(TensorModule module, Findings findings) {
        this.module = module;
        this.findings = findings;
    }

    static void check(Function function, TensorModule module, Findings findings) {
        var rules = new CallRules(module, findings);
        for (Op op : function.body()) {
            switch (op) {
                case Op.Call call -> rules.check(call);
                case Op.Repeat repeat -> rules.check(repeat);
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> {
                }
            }
        }
    }

    private boolean hasCallee(Op op, String callee) {
        boolean exists = module.functions().containsKey(callee);
        if (!exists) {
            findings.report(VerifyCode.NO_CALLEE, op, "there is no function `@%s`", callee);
        }
        return exists;
    }

    private void check(Op.Call call) {
        if (hasCallee(call, call.callee())) {
            Function callee = module.functions().get(call.callee());
            match(call, "takes", types(callee.arguments()), types(call.operands()), callee);
            match(call, "returns", types(callee.results()), types(call.results()), callee);
        }
    }

    private void check(Op.Repeat repeat) {
        long count = repeat.body().count();
        if (count < 1) {
            findings.report(VerifyCode.ARGUMENTS, repeat, "`@%s` is repeated %s times", repeat.body().callee(), count);
        }
        for (Value sliced : repeat.sliced()) {
            if (sliced.type().rank() == 0 || !sliced.type().dims().getFirst().equals(Dim.of(count))) {
                findings.report(VerifyCode.ARGUMENTS, repeat, "`%%%s` of type `%s` has no %s slices", sliced.name(),
                        sliced.type(), count);
                return;
            }
        }
        if (count < 1 || !hasCallee(repeat, repeat.body().callee())) {
            return;
        }
        Function callee = module.functions().get(repeat.body().callee());
        var passed = Stream.of(types(repeat.carried()), types(repeat.invariant()),
                repeat.sliced().stream().map(sliced -> slice(sliced.type())).toList()).flatMap(List::stream).toList();
        match(repeat, "takes", types(callee.arguments()), passed, callee);
        checkResults(repeat, callee);
    }

    private void checkResults(Op.Repeat repeat, Function callee) {
        int carried = repeat.carried().size();
        List<TensorType> returned = types(callee.results());
        if (returned.size() < carried) {
            findings.report(VerifyCode.ARGUMENTS, repeat, "`@%s` returns %s values, fewer than the %s that are carried",
                    callee.name(),
                    returned.size(), carried);
            return;
        }
        match(repeat, "returns", returned.subList(0, carried), types(repeat.carried()), callee);
        var expected = new ArrayList<>(returned.subList(0, carried));
        returned.stream().skip(carried).map(type -> stacked(type, repeat.body().count())).forEach(expected::add);
        if (!expected.equals(types(repeat.results()))) {
            findings.report(VerifyCode.RESULT_TYPE, repeat, "the results are %s, not %s", text(expected),
                    text(types(repeat.results())));
        }
    }

    private void match(Op op, String verb, List<TensorType> declared, List<TensorType> actual, Function callee) {
        if (!declared.equals(actual)) {
            findings.report(VerifyCode.ARGUMENTS, op, "`@%s` %s %s, not %s", callee.name(), verb, text(declared), text(actual));
        }
    }

    private static List<TensorType> types(List<Value> values) {
        return values.stream().map(Value::type).toList();
    }

    private static TensorType slice(TensorType type) {
        return TensorType.of(type.dtype(), type.dims().subList(1, type.rank()));
    }

    private static TensorType stacked(TensorType type, long count) {
        return TensorType.of(type.dtype(), Stream.concat(Stream.of(Dim.of(count)), type.dims().stream()).toList());
    }

    private static String text(List<TensorType> types) {
        return types.isEmpty() ? "nothing" : types.stream().map(type -> "`" + type + "`").collect(Collectors.joining(", "));
    }
}
