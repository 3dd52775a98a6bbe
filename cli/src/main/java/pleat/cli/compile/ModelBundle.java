package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import pleat.codegen.HostTarget;
import pleat.cli.compile.CompiledModel.Facts;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.hoist.KeepLimit;
import pleat.runtime.bundle.PlanBundle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compiled models as plan bundles: the notes of a bundle are the facts, and the processor that the code is for. */
public final class ModelBundle {
    private ModelBundle() {}

    static PlanBundle of(CompiledModel model, HostTarget target) {
        var notes = JsonMapper.shared().createObjectNode();
        var facts = model.facts();
        notes.put("model", facts.model()).put("target", target.toString());
        notes.put("flops", facts.flops()).put("intermediate_bytes", facts.intermediateBytes());
        var options = notes.putObject("options").put("threads", facts.options().threads()).put("storage", facts.options().storage().text())
                .put("fuse", facts.options().fuse()).put("windows", facts.options().windows());
        facts.options().budget().ifPresent(bytes -> options.put("budget", bytes));
        facts.options().hoist().ifPresent(limit -> notes.putObject("hoist").put("price_per_byte", limit.pricePerByte())
                .put("most_bytes", limit.mostBytes()));
        notes.putObject("hoisting").put("values", facts.hoisting().values()).put("bytes", facts.hoisting().bytes())
                .put("flops", facts.hoisting().flops()).put("flops_without", facts.hoisting().flopsWithout());
        var groups = notes.putObject("groups");
        facts.groups().forEach(groups::put);
        var warnings = notes.putArray("warnings");
        model.warnings().forEach(warnings::add);
        return new PlanBundle(model.plan(), model.sharedObject(), notes.toPrettyString() + "\n");
    }

    static CompiledModel model(PlanBundle bundle) {
        var notes = JsonMapper.shared().readTree(bundle.notes());
        var warnings = notes.path("warnings").valueStream().map(JsonNode::stringValue).collect(ImmutableList.toImmutableList());
        return new CompiledModel(bundle.plan(), bundle.sharedObject(), facts(notes), warnings);
    }

    private static Facts facts(JsonNode notes) {
        var options = notes.get("options");
        var storage = DType.valueOf(options.get("storage").stringValue().toUpperCase(Locale.ROOT));
        var groups = notes.get("groups").properties().stream()
                .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, entry -> entry.getValue().stringValue()));
        return new Facts(notes.get("model").stringValue(),
                new NativeOptions(options.get("threads").intValue(), storage, options.get("fuse").booleanValue(),
                        options.get("windows").booleanValue(), hoist(notes), budget(options)),
                notes.get("flops").longValue(), notes.get("intermediate_bytes").longValue(), hoisting(notes.get("hoisting")), groups);
    }

    private static OptionalLong budget(JsonNode options) {
        return options.optional("budget").map(bytes -> OptionalLong.of(bytes.longValue())).orElse(OptionalLong.empty());
    }

    private static Optional<KeepLimit> hoist(JsonNode notes) {
        return notes.optional("hoist").map(limit -> new KeepLimit(limit.get("price_per_byte").longValue(), limit.get("most_bytes").longValue()));
    }

    private static Preparation.Hoisting hoisting(JsonNode all) {
        return new Preparation.Hoisting(all.get("values").intValue(), all.get("bytes").longValue(), all.get("flops").longValue(),
                all.get("flops_without").longValue());
    }

    /** A bundle that a user names; one whose code is for another processor is refused, because it could end the process. */
    public static CompiledModel open(Path folder, HostTarget target) {
        var bundle = PlanBundle.open(folder);
        String compiledFor = JsonMapper.shared().readTree(bundle.notes()).path("target").asString("");
        if (!compiledFor.equals(target.toString())) {
            throw new UserException("bundle `%s` was compiled for another processor\n  = note: it is for %s\n  = note: this is %s\n  = help: compile it again here"
                    .formatted(folder, compiledFor, target));
        }
        return model(bundle);
    }
}
