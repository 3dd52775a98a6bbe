package pleat.ir.text;

import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Operand;

/** Writes lane code as text that {@link LaneParser} reads back. Canonical, as {@link Printer} is. */
public final class LanePrinter {
    private final PlacedText out;
    private final Names names = Names.byIdentity();

    private LanePrinter(PlacedText out) {
        this.out = out;
    }

    public static String print(LaneKernel kernel) {
        var out = new PlacedText();
        new LanePrinter(out).kernel(kernel);
        return out.toString();
    }

    /** As {@link #print}, with spans in a source that is called by the kernel's name. */
    public static Printer.Printed printWithSpans(LaneKernel kernel) {
        var out = new PlacedText();
        new LanePrinter(out).kernel(kernel);
        return out.printed("@" + kernel.name());
    }

    private void kernel(LaneKernel kernel) {
        int start = out.length();
        var parameters = kernel.parameters().stream().map(this::typed).collect(Collectors.joining(", ", "(", ")"));
        out.append("lane ").append(Strings.global(kernel.name())).append(parameters).append(" threads ").append(kernel.threads()).append(" shared ")
                .append(kernel.sharedBytes());
        out.place(kernel, start);
        out.append(" {\n");
        body(kernel.body(), "  ");
        out.append("}\n");
    }

    private void body(List<LaneOp> ops, String indent) {
        for (LaneOp op : ops) {
            out.append(indent);
            int start = out.length();
            switch (op) {
                case LaneOp.Row row -> row(row, start);
                case LaneOp.For loop -> loop(loop, indent, start);
                case LaneOp.If when -> when(when, indent, start);
            }
        }
    }

    private void row(LaneOp.Row row, int start) {
        var operands = row.operands().stream().map(this::text).collect(Collectors.joining(", "));
        var results = row.results().stream().map(this::define).collect(Collectors.joining(", "));
        out.append(results).append(results.isEmpty() ? "" : " = ").append(row.opcode().text()).append(operands.isEmpty() ? "" : " ").append(operands);
        out.place(row, start);
        out.append("\n");
    }

    private void loop(LaneOp.For loop, String indent, int start) {
        var inits = loop.carries().stream().map(carry -> text(carry.init())).toList();
        var range = "%s to %s step %s".formatted(text(loop.range().from()), text(loop.range().to()), text(loop.range().step()));
        var head = new StringBuilder("for ").append(typed(loop.index())).append(" = ").append(range);
        for (int c = 0; c < inits.size(); c++) {
            head.append(c == 0 ? " carried(" : ", ").append(typed(loop.carries().get(c).entry())).append(" = ").append(inits.get(c));
        }
        out.append(head).append(inits.isEmpty() ? "" : ")");
        out.place(loop, start);
        out.append(" {\n");
        body(loop.body(), indent + "  ");
        out.append(indent).append("}");
        for (int c = 0; c < inits.size(); c++) {
            var carry = loop.carries().get(c);
            out.append(c == 0 ? " next(" : ", ").append(define(carry.result())).append(" = ").append(text(carry.next()));
        }
        out.append(inits.isEmpty() ? "\n" : ")\n");
    }

    private void when(LaneOp.If when, String indent, int start) {
        out.append("if ").append(text(when.condition()));
        out.place(when, start);
        out.append(" {\n");
        body(when.body(), indent + "  ");
        out.append(indent).append("}");
        for (int m = 0; m < when.merges().size(); m++) {
            var merge = when.merges().get(m);
            out.append(m == 0 ? " merge(" : ", ").append(typed(merge.result())).append(" = ").append(text(merge.then())).append(" else ")
                    .append(text(merge.otherwise()));
        }
        out.append(when.merges().isEmpty() ? "\n" : ")\n");
    }

    private String define(LaneValue value) {
        return "%" + names.define(value, value.name());
    }

    private String typed(LaneValue value) {
        return define(value) + ": " + value.type().text();
    }

    private String text(Operand operand) {
        return switch (operand) {
            case LaneValue value -> "%" + names.of(value);
            case Operand.Whole(LaneType type, long number) -> type == LaneType.PRED ? number != 0 ? "true" : "false" : Long.toString(number);
            case Operand.Real(float number) -> Float.isNaN(number) ? "nan" : Float.isInfinite(number) ? number < 0 ? "-inf" : "inf" : Float.toString(number);
        };
    }
}
