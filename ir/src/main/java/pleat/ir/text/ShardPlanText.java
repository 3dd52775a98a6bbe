package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.Sharding;
import pleat.ir.text.Token.Kind;

/** The canonical text of a {@link ShardPlan} (grammar: docs/ir-reference.md), written and read. */
public final class ShardPlanText {
    private final Tokens tokens;
    private final MeshParser meshes;

    private ShardPlanText(Source source) {
        this.tokens = new Tokens(source);
        this.meshes = new MeshParser(tokens);
    }

    public static String print(ShardPlan plan) {
        var out = new StringBuilder("shards ").append(plan.mesh()).append(" {\n");
        plan.functions().forEach((name, function) -> {
            out.append("  func ").append(Strings.global(name)).append(" {\n");
            var names = new LinkedHashSet<>(function.values().keySet());
            names.addAll(function.cuts().keySet());
            names.forEach(value -> out.append("    %").append(value).append(":").append(function.value(value).map(s -> " " + s).orElse(""))
                    .append(function.cuts(value).map(ShardPlanText::cuts).orElse("")).append('\n'));
            if (!function.returns().isEmpty()) {
                out.append(function.returns().stream().map(Sharding::toString).collect(Collectors.joining(", ", "    return ", "\n")));
            }
            out.append("  }\n");
        });
        return out.append("}\n").toString();
    }

    private static String cuts(ImmutableList<Cut> cuts) {
        return cuts.stream().map(Cut::toString).collect(Collectors.joining(", ", " cut(", ")"));
    }

    /** @throws DiagnosticsException with the first thing that is wrong with the text */
    public static ShardPlan parse(Source source) {
        return new ShardPlanText(source).plan();
    }

    private ShardPlan plan() {
        tokens.expectWord("shards");
        Mesh mesh = meshes.mesh().orElseThrow(() -> tokens.expected("`mesh`"));
        tokens.expect("{");
        var functions = new LinkedHashMap<String, OfFunction>();
        while (!tokens.accept("}")) {
            tokens.expectWord("func");
            Token name = tokens.expect(Kind.GLOBAL, "the name of a function");
            if (functions.putIfAbsent(name.text(), function()) != null) {
                throw twice(name);
            }
        }
        tokens.expect(Kind.END, "the end of the plan");
        return new ShardPlan(mesh, ImmutableMap.copyOf(functions));
    }

    private OfFunction function() {
        tokens.expect("{");
        var values = new LinkedHashMap<String, Sharding>();
        var cuts = new LinkedHashMap<String, ImmutableList<Cut>>();
        while (tokens.peek().kind() == Kind.VALUE) {
            Token name = tokens.next();
            tokens.expect(":");
            if (values.containsKey(name.text()) || cuts.containsKey(name.text())) {
                throw twice(name);
            }
            if (tokens.seesWord("whole") || tokens.seesWord("split")) {
                values.put(name.text(), sharding());
            }
            if (tokens.acceptWord("cut")) {
                cuts.put(name.text(), tokens.list("(", this::cut, ")"));
            }
        }
        ImmutableList<Sharding> returns = tokens.acceptWord("return") ? tokens.sequence(this::sharding) : ImmutableList.of();
        tokens.expect("}");
        return new OfFunction(ImmutableMap.copyOf(values), ImmutableMap.copyOf(cuts), returns);
    }

    private Sharding sharding() {
        if (tokens.acceptWord("whole")) {
            return Sharding.WHOLE;
        }
        if (!tokens.seesWord("split")) {
            throw tokens.expected("`whole` or `split`");
        }
        return meshes.sharding();
    }

    private Cut cut() {
        int start = tokens.position();
        var along = tokens.expect(Kind.WORD, "an axis of the mesh").text();
        tokens.expectWord("axis");
        int axis = tokens.smallInteger();
        tokens.expectWord("by");
        long unit = tokens.integer();
        return meshes.made(start, () -> new Cut(along, axis, unit));
    }

    private static DiagnosticsException twice(Token name) {
        return new DiagnosticsException(Diagnostic.of(TextCode.DEFINED_TWICE, name.span(), "`" + name.text() + "` is planned twice"));
    }
}
