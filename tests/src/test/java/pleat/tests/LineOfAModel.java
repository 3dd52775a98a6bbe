package pleat.tests;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.derive.Cost;
import pleat.ir.derive.LoopNests;
import pleat.ir.derive.ShardingRules;
import pleat.ir.index.Equation;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Printer;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;

/** The product sum of the triangle multiplication, at every stage of its compilation: the texts in docs/ARCHITECTURE.md. */
final class LineOfAModel {
    private static final String MODEL = "af2.triangle_multiplication:TriangleMultiplicationOutgoing";
    private static final String FILE = "af2/triangle_multiplication.pleat";
    private static final String FORMULA = "t[.., i, j, c] = sum(k)";
    private static final long RESIDUES = 128;

    /** Named, and not this machine, so that the dumps are the same everywhere. */
    private static final HostTarget TARGET = HostTarget.named("x86_64-unknown-linux-gnu", "znver4", 64);
    private static final NativeOptions OPTIONS = NativeOptions.threads(2);

    private final NativeCompiler compiler = new NativeCompiler(OPTIONS, TARGET, Phases.quiet());
    private final List<String> sourceLines;
    private final int line;
    private final TensorModule source;
    private final TensorModule prepared;
    private final Plan unplaced;
    private final NativeCompiler.Code code;

    LineOfAModel() {
        try {
            sourceLines = Files.readAllLines(Goldens.root().resolve("models/src/main/pleat").resolve(FILE));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        line = lineOf(FORMULA);
        var forward = compilation(Gradients.NONE);
        source = forward.source(reference().open());
        prepared = forward.prepared(source);
        unplaced = compiler.schedule(compiler.tiled(prepared));
        code = compiler.lower(unplaced);
    }

    private static ModelReference reference() {
        return ModelReference.parse(MODEL, ModelRegistry.load(), _ -> {
        });
    }

    private static ModelCompiler compilation(Gradients gradients) {
        var sizes = new Request(ImmutableMap.of("r", ConfigValue.of(RESIDUES)), ImmutableMap.of());
        return new ModelCompiler(new CompileRequest(reference(), sizes, gradients, OPTIONS, OptionalLong.empty()), TARGET, Phases.quiet());
    }

    /** Counted from 1. */
    private int lineOf(String text) {
        for (int i = 0; i < sourceLines.size(); i++) {
            if (sourceLines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(FILE + " has no line with `" + text + "`");
    }

    /** The lines of a text that matter; what stands between them is left out visibly. */
    private static String excerpt(String text, Predicate<String> isWanted) {
        var lines = new ArrayList<String>();
        boolean isGap = false;
        for (String one : text.lines().toList()) {
            if (isWanted.test(one)) {
                if (isGap && !lines.isEmpty()) {
                    lines.add("    ; ...");
                }
                lines.add(one);
            }
            isGap = !isWanted.test(one);
        }
        return String.join("\n", lines) + "\n";
    }

    private Predicate<String> madeBy(int... lines) {
        return text -> {
            for (int wanted : lines) {
                if (text.contains("@ " + FILE + ":" + wanted + ":")) {
                    return true;
                }
            }
            return false;
        };
    }

    String source() {
        return sourceLines.subList(line - 6, line + 1).stream().map(text -> text + "\n").collect(Collectors.joining());
    }

    String frontend() {
        return excerpt(Printer.print(source), madeBy(line - 2, line - 1, line)
                .or(text -> text.contains("std/linear") || text.contains("func @Linear") || text.startsWith("module")));
    }

    /** What each pass made of the module. */
    String passes() {
        var rows = new StringBuilder("after             functions  ops\n");
        var module = source;
        for (var pass : Pipelines.prepare(ImmutableMap.of())) {
            var next = PassManager.quiet().run(module, List.of(pass));
            long ops = next.functions().values().stream().mapToLong(function -> function.body().size()).sum();
            rows.append("%-16s  %9d  %3d%s\n".formatted(pass.word(), next.functions().size(), ops, next == module ? "  unchanged" : ""));
            module = next;
        }
        return rows.toString();
    }

    String prepared() {
        return excerpt(Printer.print(prepared), madeBy(line - 2, line));
    }

    /** What follows from the equation of the line alone. */
    String derived() {
        Compute compute = prepared.entryFunction().body().stream().filter(Compute.class::isInstance).map(Compute.class::cast)
                .filter(op -> op.location().line() == line).findFirst().orElseThrow();
        var cost = Cost.of(compute, prepared);
        var operands = compute.operands().stream().map(Value::name).toList();
        var text = new StringBuilder("type    %s\ncost    %d flops, %d bytes\n".formatted(compute.result().type(), cost.flops(), cost.bytes()));
        ShardingRules.of(compute.equation()).forEach(rule ->
                text.append("cut %s   %s\n".formatted(axis(compute.equation(), rule.axis()), cut(rule, operands))));
        return text.append("loops\n").append(LoopNests.text(compute.equation(), compute.result().name(), operands).indent(2)).toString();
    }

    private static String axis(Equation equation, int axis) {
        return equation.axes().get(axis).name();
    }

    private static String cut(ShardingRules.Rule rule, List<String> operands) {
        String result = switch (rule.result()) {
            case ShardingRules.Result.Pass(int dim, _) -> "the result is cut along dim " + dim;
            case ShardingRules.Result.Partial(var reduction) -> "the results are partial, to be combined by " + reduction.text();
            case ShardingRules.Result.Replicate(String reason) -> "not possible: " + reason;
        };
        return result + "; needs " + rule.slices().stream().map(slice -> "a block of dim " + slice.dim() + " of " + operands.get(slice.read()))
                .collect(Collectors.joining(" and "));
    }

    String gradient() {
        return excerpt(Printer.print(compilation(Gradients.ALL).prepared(source)), madeBy(line));
    }

    /** The tile program that stores a value. */
    private Kernel kernelOf(String value) {
        return unplaced.kernels().values().stream()
                .filter(kernel -> kernel.parameters().stream().anyMatch(p -> p.mode() == Kernel.Mode.OUT && p.name().equals(value)))
                .findFirst().orElseThrow();
    }

    String kernel() {
        return KernelPrinter.print(kernelOf("t"));
    }

    /** The part of the kernel of the line before that makes the first factor. */
    String producer() {
        var text = KernelPrinter.print(kernelOf("a")).lines().toList();
        int end = text.indexOf(text.stream().filter(one -> one.contains("store %a[")).findFirst().orElseThrow());
        var kept = text.subList(0, end + 1);
        return excerpt(String.join("\n", kept), one -> one.contains("axes(") || kept.indexOf(one) > end - 11);
    }

    /** As {@code check-golden --via plan} has it: without machine code there is hardly any scratch. */
    String plan() {
        var wanted = List.of("plan ", "buffer %z:", "buffer %linear_a_p.weight:", "buffer %a:", "buffer %b:", "buffer %t:", "buffer %z_update:",
                "buffer %scratch:", "launch @" + kernelOf("t").name());
        var text = PlanPrinter.print(NativeCompiler.plan(prepared, OPTIONS, TARGET));
        return excerpt(text.substring(0, text.indexOf("\n}") + 3), one -> wanted.stream().anyMatch(one.strip()::startsWith) || one.equals("}"));
    }

    String llvm() {
        return String.join("\n", code.modules());
    }

    String assembly() {
        return compiler.assembly(code);
    }
}
