package pleat.ir.text;

import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** One op of the tensor level on one line. */
final class OpPrinter {
    private final Names names;
    private final TypePrinter types;

    /** @param names has the parameters of the function, and gets the results of its ops */
    OpPrinter(Names names, TypePrinter types) {
        this.names = names;
        this.types = types;
    }

    String print(Op op) {
        // The right side first: what it uses must not be a result of this very op.
        var right = right(op);
        var results = op.results().stream().map(result -> "%" + names.define(result, result.name()))
                .collect(Collectors.joining(", "));
        return (results.isEmpty() ? "" : results + " = ") + right + location(op.location());
    }

    /** A value that nothing before has defined, which the verifier refuses, is named too: the text shows what is wrong. */
    String use(Value value) {
        return "%" + (names.has(value) ? names.of(value) : names.define(value, value.name() + ".undefined"));
    }

    private String right(Op op) {
        return switch (op) {
            case Op.Compute compute -> FormulaPrinter.print(compute.equation(), compute.result().type().dtype(),
                    read -> use(compute.operands().get(read)).substring(1), types);
            case Op.Call call -> "call " + Strings.global(call.callee()) + uses(call.operands()) + arrow(call.results());
            case Op.Repeat repeat -> repeat(repeat);
            case Op.Gather gather -> "gather " + use(gather.table()) + "[" + use(gather.indices()) + "]"
                    + arrow(gather.results());
            case Op.ScatterAdd scatter -> "scatter_add " + use(scatter.updates()) + "[" + use(scatter.indices()) + "]"
                    + arrow(scatter.results());
            case Op.Random random -> "random " + use(random.seed()) + " stream " + random.stream() + MeshPrinter.cuts(random) + arrow(random.results());
            case Op.Collective collective -> MeshPrinter.print(collective.transfer(), use(collective.operand())) + arrow(collective.results());
        };
    }

    private String repeat(Op.Repeat repeat) {
        Op.Repeat.Body body = repeat.body();
        return "repeat " + body.count() + " " + Strings.global(body.callee()) + " carried" + uses(repeat.carried()) + " invariant"
                + uses(repeat.invariant()) + " sliced" + uses(repeat.sliced()) + (body.reversed() ? " reversed" : "")
                + arrow(repeat.results());
    }

    private String uses(List<Value> values) {
        return values.stream().map(this::use).collect(Collectors.joining(", ", "(", ")"));
    }

    private String arrow(List<Value> results) {
        return results.isEmpty() ? "" : results.stream().map(r -> types.print(r.type()))
                .collect(Collectors.joining(", ", " -> ", ""));
    }

    private static String location(Location location) {
        return location.isKnown() ? " @ " + Strings.file(location.file()) + ":" + location.line() + ":" + location.column() : "";
    }
}
