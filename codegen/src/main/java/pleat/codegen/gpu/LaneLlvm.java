package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.codegen.llvm.FunctionText;
import pleat.codegen.llvm.Lanes;
import pleat.codegen.llvm.MathFunction;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.RandomNumbers;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.lane.Together;
import pleat.ir.plan.TensorMap;

/** Writes lane code as LLVM IR for NVIDIA's targets, row by row. */
public final class LaneLlvm {
    private static final Pattern OPERAND = Pattern.compile("\\$(\\d+)");
    private static final Pattern CAST = Pattern.compile("<2 x half> cast\\(\\$(\\d+)\\)");
    private static final Pattern CALL = Pattern.compile("call (.+?) (@llvm[\\w.]+)\\((.*)\\)");

    private final GpuTarget target;
    private final ModuleText module;
    private final FunctionText f;
    private final Map<LaneValue, String> names = new IdentityHashMap<>();
    private int labels;
    private String block = "entry";

    private LaneLlvm(GpuTarget target, ModuleText module, FunctionText f) {
        this.target = target;
        this.module = module;
        this.f = f;
    }

    /** Adds a kernel to a module, under its name. */
    public static void write(LaneKernel kernel, GpuTarget target, ModuleText module) {
        String name = "@" + kernel.name();
        module.declare("@shared = external addrspace(3) global [0 x i8], align %d".formatted(target.hasGroups() ? GroupTiles.ALIGNMENT : 128));
        module.define(name, () -> {
            var parameters = new ArrayList<String>();
            for (int p = 0; p < kernel.parameters().size(); p++) {
                boolean isMap = kernel.parameters().get(p).type() == LaneType.MAP;
                parameters.add(isMap ? "ptr byval([%d x i8]) align 64 %%p%d".formatted(TensorMap.BYTES, p) : "ptr addrspace(1) %%p%d".formatted(p));
            }
            // A table of branches is slower than the comparisons that it comes from, and nothing the emulator has to know.
            var f = new FunctionText("define ptx_kernel void %s(%s) convergent nounwind \"no-jump-tables\"=\"true\"".formatted(name, String.join(", ", parameters)));
            var text = new LaneLlvm(target, module, f);
            f.label("entry");
            for (int p = 0; p < kernel.parameters().size(); p++) {
                text.names.put(kernel.parameters().get(p), "%p" + p);
            }
            text.write(kernel.body());
            f.line("ret void");
            return f.close();
        });
    }

    /**
     * What stands behind all functions of a module: how many threads a block of each kernel has, and that one block is to fit on a multiprocessor. Where
     * that is not said, the assembler spills registers to make room for more blocks. Maps are read where they are; else each thread would copy them.
     */
    public static String annotations(List<LaneKernel> kernels) {
        var text = new StringBuilder("\n!0 = !{}\n");
        for (int k = 0; k < kernels.size(); k++) {
            var kernel = kernels.get(k);
            text.append("!%d = !{ptr @%s, !\"maxntidx\", i32 %d, !\"minctasm\", i32 1%s}\n".formatted(k + 1, kernel.name(), kernel.threads(), maps(kernel)));
        }
        return text.append("!nvvm.annotations = !{%s}\n".formatted(IntStream.rangeClosed(1, kernels.size()).mapToObj(k -> "!" + k)
                .collect(Collectors.joining(", ")))).toString();
    }

    private static String maps(LaneKernel kernel) {
        var numbers = IntStream.range(0, kernel.parameters().size()).filter(p -> kernel.parameters().get(p).type() == LaneType.MAP)
                .mapToObj(p -> "i32 " + (p + 1)).toList();
        return numbers.isEmpty() ? "" : ", !\"grid_constant\", !{%s}".formatted(String.join(", ", numbers));
    }

    private void write(ImmutableList<LaneOp> ops) {
        for (LaneOp op : ops) {
            switch (op) {
                case LaneOp.Row row -> row(row);
                case LaneOp.For loop -> loop(loop);
                case LaneOp.If when -> when(when);
            }
        }
    }

    private static String type(LaneType type) {
        return switch (type) {
            case PRED -> "i1";
            case I32 -> "i32";
            case I64 -> "i64";
            case F32 -> "float";
            case GLOBAL, CONST -> "ptr addrspace(1)";
            case SHARED -> "ptr addrspace(3)";
            case MAP -> "ptr";
        };
    }

    private String text(Operand operand) {
        return switch (operand) {
            case LaneValue value -> names.get(value);
            case Operand.Whole(LaneType type, long number) -> type == LaneType.PRED ? Boolean.toString(number != 0) : Long.toString(number);
            case Operand.Real(float number) -> Lanes.f32(1).constant(number);
        };
    }

    private String label() {
        return "b" + labels++;
    }

    private void enter(String label) {
        f.label(label);
        block = label;
    }

    private void loop(LaneOp.For loop) {
        String type = type(loop.index().type());
        String label = label();
        String before = block;
        f.line("br label %%%shead", label);
        enter(label + "head");
        String index = f.fresh();
        String following = f.fresh();
        f.line("%s = phi %s [ %s, %%%s ], [ %s, %%%stail ]", index, type, text(loop.range().from()), before, following, label);
        names.put(loop.index(), index);
        var next = new ArrayList<String>();
        for (var carry : loop.carries()) {
            next.add(f.fresh());
            String entry = f.fresh();
            f.line("%s = phi %s [ %s, %%%s ], [ %s, %%%stail ]", entry, type(carry.entry().type()), text(carry.init()), before, next.getLast(), label);
            names.put(carry.entry(), entry);
        }
        f.line("br i1 %s, label %%%sbody, label %%%send", f.let("icmp slt %s %s, %s", type, index, text(loop.range().to())), label, label);
        enter(label + "body");
        write(loop.body());
        f.line("br label %%%stail", label);
        String last = block;
        enter(label + "tail");
        for (int c = 0; c < next.size(); c++) {
            var carry = loop.carries().get(c);
            f.line("%s = phi %s [ %s, %%%s ]", next.get(c), type(carry.entry().type()), text(carry.next()), last);
        }
        f.line("%s = add nsw %s %s, %s", following, type, index, text(loop.range().step()));
        f.line("br label %%%shead", label);
        enter(label + "end");
        loop.carries().forEach(carry -> names.put(carry.result(), names.get(carry.entry())));
    }

    private void when(LaneOp.If when) {
        String label = label();
        String before = block;
        f.line("br i1 %s, label %%%sthen, label %%%send", text(when.condition()), label, label);
        enter(label + "then");
        write(when.body());
        String last = block;
        f.line("br label %%%send", label);
        enter(label + "end");
        for (var merge : when.merges()) {
            names.put(merge.result(), f.let("phi %s [ %s, %%%s ], [ %s, %%%s ]", type(merge.result().type()), text(merge.then()), last,
                    text(merge.otherwise()), before));
        }
    }

    private void row(LaneOp.Row row) {
        String previous = "";
        var says = NvptxRows.of(row.opcode());
        if (!target.runs(says.since())) {
            throw new IllegalStateException("`%s` is there since %s, and the target is %s".formatted(row.opcode().text(), says.since().name(), target.name()));
        }
        for (String instruction : says.text().split("; ")) {
            previous = instruction(instruction.replace("#", previous), row);
        }
        for (int r = 0; r < row.results().size(); r++) {
            names.put(row.results().get(r), row.results().size() == 1 ? previous : element(row, previous, r));
        }
    }

    private String element(LaneOp.Row row, String whole, int position) {
        String element = type(row.results().get(position).type());
        int count = row.results().size();
        boolean isStruct = row.opcode().convergence() != Together.LANE;
        String members = row.results().stream().map(_ -> element).collect(Collectors.joining(", "));
        return isStruct ? f.let("extractvalue { %s } %s, %d", members, whole, position)
                : f.let("extractelement <%d x %s> %s, i64 %d", count, element, whole, position);
    }

    private String instruction(String template, LaneOp.Row row) {
        String written = OPERAND.matcher(casts(template, row)).replaceAll(m -> Matcher.quoteReplacement(text(row.operands().get(number(m)))));
        if (written.startsWith("math ")) {
            var words = written.split(" ");
            return f.let("call float %s(float %s)", MathFunction.valueOf(words[1]).in(module, Lanes.f32(1)), words[2]);
        }
        if (row.opcode() == Opcode.PHILOX) {
            return new RandomNumbers(1).draw(module, f, text(row.operands().get(1)), Long.parseLong(text(row.operands().get(2))), text(row.operands().get(0)));
        }
        var call = CALL.matcher(written);
        if (call.matches()) {
            String types = call.group(3).isEmpty() ? "" : Arrays.stream(call.group(3).split(", ")).map(LaneLlvm::typeOf)
                    .collect(Collectors.joining(", "));
            boolean together = row.opcode().convergence() != Together.LANE;
            module.declare("declare %s %s(%s)%s".formatted(call.group(1), call.group(2), types, together ? " convergent" : ""));
            written += together ? " convergent" : "";
        }
        if (written.startsWith("until ")) {
            until(written.substring("until ".length()));
            return "";
        }
        if (written.startsWith("store ") || written.startsWith("call void ")) {
            f.line("%s", written);
            return "";
        }
        return f.let("%s", written);
    }

    private void until(String instruction) {
        String label = label();
        f.line("br label %%%sagain", label);
        enter(label + "again");
        f.line("br i1 %s, label %%%send, label %%%sagain", f.let("%s", instruction), label, label);
        enter(label + "end");
    }

    private static int number(MatchResult match) {
        return Integer.parseInt(match.group(1));
    }

    private String casts(String template, LaneOp.Row row) {
        return CAST.matcher(template).replaceAll(m -> Matcher.quoteReplacement("<2 x half> " + f.let("bitcast i32 %s to <2 x half>",
                text(row.operands().get(number(m))))));
    }

    private static String typeOf(String argument) {
        return argument.substring(0, argument.lastIndexOf(' '));
    }
}
