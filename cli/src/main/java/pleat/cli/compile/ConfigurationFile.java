package pleat.cli.compile;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import pleat.cli.Json;
import pleat.cli.model.ModelRegistry;
import pleat.frontend.ConfigValue;
import pleat.ir.diagnostic.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Settings in a JSON object: under the module's own names, or as the reference implementation that the registry knows of has them. */
final class ConfigurationFile {
    private ConfigurationFile() {}

    static ImmutableMap<String, ConfigValue> settings(Path file, ModelReference model) {
        var registry = ModelRegistry.load();
        var configuration = switch (model) {
            case ModelReference.Shipped shipped -> registry.configuration(shipped.name());
            case ModelReference.InFile _ -> registry.ownConfiguration();
        };
        return ImmutableMap.copyOf(configuration.settings(read(file)));
    }

    private static JsonNode read(Path file) {
        try {
            var root = JsonMapper.shared().readTree(SourceFiles.read(file));
            if (!root.isObject()) {
                throw new UserException("configuration `" + file + "` is not a JSON object of settings");
            }
            return root;
        } catch (JacksonException failure) {
            throw new UserException("configuration `" + file + "` is not JSON: " + Json.fault(failure), failure);
        }
    }
}
