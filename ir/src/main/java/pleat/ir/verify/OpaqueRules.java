package pleat.ir.verify;

import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Types of the ops that have no equation. */
final class OpaqueRules {
    private final Findings findings;

    private OpaqueRules(Findings findings) {
        this.findings = findings;
    }

    static void check(Function function, Findings findings) {
        var rules = new OpaqueRules(findings);
        for (Op op : function.body()) {
            switch (op) {
                case Op.Gather gather -> rules.check(gather);
                case Op.ScatterAdd scatter -> rules.check(scatter);
                case Op.Random random -> rules.check(random);
                case Op.Compute _, Op.Call _, Op.Repeat _, Op.Collective _ -> {
                }
            }
        }
    }

    private void check(Op.Gather gather) {
        TensorType table = gather.table().type();
        TensorType indices = gather.indices().type();
        if (table.rank() == 0) {
            findings.report(VerifyCode.OPERAND_TYPE, gather, "`%%%s` has no rows to choose from", gather.table().name());
            return;
        }
        checkIndices(gather, gather.indices());
        var dims = Stream.concat(indices.dims().stream(), table.dims().stream().skip(1)).toList();
        checkResult(gather, gather.result(), TensorType.of(table.dtype(), dims));
    }

    private void check(Op.ScatterAdd scatter) {
        TensorType updates = scatter.updates().type();
        TensorType indices = scatter.indices().type();
        TensorType result = scatter.result().type();
        checkIndices(scatter, scatter.indices());
        if (updates.rank() < indices.rank() || !updates.dims().subList(0, indices.rank()).equals(indices.dims())) {
            findings.report(VerifyCode.OPERAND_TYPE, scatter, "`%%%s` of type `%s` has no update for each index of type `%s`",
                    scatter.updates().name(), updates, indices);
            return;
        }
        Stream<Dim> rows = result.dims().stream().limit(1);
        var dims = Stream.concat(rows, updates.dims().stream().skip(indices.rank())).toList();
        if (result.rank() == 0) {
            findings.report(VerifyCode.RESULT_TYPE, scatter, "`%%%s` has no rows to add to", scatter.result().name());
        } else {
            checkResult(scatter, scatter.result(), TensorType.of(updates.dtype(), dims));
        }
    }

    private void check(Op.Random random) {
        if (!random.seed().type().equals(TensorType.of(DType.I64))) {
            findings.report(VerifyCode.OPERAND_TYPE, random, "the seed `%%%s` is of type `%s`, not `i64[]`", random.seed().name(),
                    random.seed().type());
        }
        if (!random.result().type().dtype().isFloating()) {
            findings.report(VerifyCode.RESULT_TYPE, random, "random numbers in [0, 1) are not of type `%s`",
                    random.result().type());
        }
    }

    private void checkIndices(Op op, Value indices) {
        DType dtype = indices.type().dtype();
        if (dtype.isFloating() || dtype == DType.BOOL) {
            findings.report(VerifyCode.OPERAND_TYPE, op, "`%%%s` of type `%s` holds no positions", indices.name(),
                    indices.type());
        }
    }

    private void checkResult(Op op, Value result, TensorType expected) {
        if (!result.type().equals(expected)) {
            findings.report(VerifyCode.RESULT_TYPE, op, "the result is of type `%s`, not `%s`", expected, result.type());
        }
    }
}
