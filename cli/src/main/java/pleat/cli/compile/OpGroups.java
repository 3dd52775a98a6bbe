package pleat.cli.compile;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pleat.frontend.check.Program;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/** Tells which module of a model each kernel belongs to: the one that is declared around the line that the kernel mainly computes. */
final class OpGroups {
    /** Of kernels that no line of a model asks for, such as adjoints of moves. */
    private static final String OTHER = "other";

    private final Map<String, TreeMap<Integer, String>> modulesByLine = new LinkedHashMap<>();
    private final Map<String, String> groups = new LinkedHashMap<>();

    private OpGroups(Program program) {
        program.visible().values().stream().flatMap(visible -> visible.modules().values().stream()).forEach(module -> {
            var span = module.name().span();
            modulesByLine.computeIfAbsent(span.source().name(), _ -> new TreeMap<>()).put(span.line(), module.name().text());
        });
    }

    static ImmutableMap<String, String> of(Plan plan, Program program) {
        var groups = new OpGroups(program);
        groups.visit(plan.steps());
        return ImmutableMap.copyOf(groups.groups);
    }

    private void visit(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> groups.put(launch.kernel(), module(launch.source()));
                case Step.Copy _, Step.Start _, Step.Await _ -> {
                }
                case Step.Loop loop -> visit(loop.steps());
            }
        }
    }

    /** @param source {@code file:line:column} */
    private String module(String source) {
        int column = source.lastIndexOf(':');
        int line = column < 0 ? -1 : source.lastIndexOf(':', column - 1);
        if (line < 0) {
            return OTHER;
        }
        var modules = modulesByLine.getOrDefault(source.substring(0, line), new TreeMap<>());
        var declared = modules.floorEntry(Integer.parseInt(source.substring(line + 1, column)));
        return declared == null ? OTHER : declared.getValue();
    }
}
