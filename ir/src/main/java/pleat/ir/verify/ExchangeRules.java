package pleat.ir.verify;

import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.Pattern;
import pleat.ir.type.DType;

/** Whether what a device gives to an exchange and gets from it is what the exchange says that it has and gets. */
final class ExchangeRules {
    private static final ImmutableSet<DType> COMBINED = ImmutableSet.of(DType.F32, DType.BF16, DType.F16, DType.I32);

    private final Step.Start start;
    private final Slice from;
    private final Slice to;
    private final Findings findings;

    private ExchangeRules(Step.Start start, Slice from, Slice to, Findings findings) {
        this.start = start;
        this.from = from;
        this.to = to;
        this.findings = findings;
    }

    static void check(Step.Start start, Slice from, Slice to, Findings findings) {
        new ExchangeRules(start, from, to, findings).check();
    }

    private void check() {
        var exchange = start.exchange();
        for (Pattern.Cut cut : exchange.pattern().cuts()) {
            if (cut.dim() >= from.type().rank()) {
                findings.report(PlanCode.EXCHANGE, start, "dim %s is cut, but the operand is `%s`", cut.dim(), from.type());
                return;
            }
            if (cut.extents().size() != exchange.group().size()) {
                findings.report(PlanCode.EXCHANGE, start, "dim %s has %s parts, but the group %s members", cut.dim(), cut.extents().size(),
                        exchange.group().size());
                return;
            }
        }
        if (from.type().dtype() != to.type().dtype()) {
            findings.report(PlanCode.EXCHANGE, start, "the operand is `%s` and the result `%s`", from.type(), to.type());
        }
        if (!(exchange.pattern().reduction() instanceof Reduction.None) && !COMBINED.contains(from.type().dtype())) {
            findings.report(PlanCode.EXCHANGE, start, "elements of type `%s` are not combined", from.type().dtype().text());
        }
        if (!from.layout().equals(to.layout()) || !from.layout().isStrided()) {
            findings.report(PlanCode.EXCHANGE, start, "the operand lies in `%s` and the result in `%s`, but both have one order of whole dims",
                    from.layout(), to.layout());
        }
        shapes(exchange);
    }

    private void shapes(Exchange exchange) {
        long[] whole = exchange.whole(from.type().shape());
        var has = exchange.operand(exchange.group().self(), whole).extent();
        var gets = exchange.result(exchange.group().self(), whole).extent();
        if (!Arrays.equals(has.toArray(), from.type().shape())) {
            findings.report(PlanCode.EXCHANGE, start, "this device gives a part of shape %s, but the operand is `%s`", has, from.type());
        } else if (!Arrays.equals(gets.toArray(), to.type().shape())) {
            findings.report(PlanCode.EXCHANGE, start, "this device gets a part of shape %s, but the result is `%s`", gets, to.type());
        }
    }
}
