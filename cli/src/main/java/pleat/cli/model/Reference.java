package pleat.cli.model;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import pleat.frontend.ConfigValue;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.NameMap;
import tools.jackson.databind.JsonNode;

/**
 * How a module of a reference implementation is said in the language.
 *
 * @param module the module that computes the same
 * @param configuration what becomes of the implementation's own configuration
 * @param tensors what becomes of the implementation's inputs and parameters
 * @param results what the module computes of what the implementation returns
 */
public record Reference(String name, ModelName module, Configuration configuration, Tensors tensors, Results results) {

    /** The calls of the module whose outputs together are those of the reference; at least one. */
    public ImmutableList<Run> runs() {
        return results.runs();
    }

    /**
     * Outputs that are not simply the module's of the same name.
     *
     * @param names the reference's name of an output by the module's name; of one with {@code {i}} in it, element i of the first dim
     * @param wholeModel whether errors add up over a whole model, so that three times as much is tolerated
     */
    public record Results(ImmutableList<Run> runs, ImmutableMap<String, String> names, boolean wholeModel) {
        /** What the tolerance of a tensor is multiplied by. */
        public double slack() {
            return wholeModel ? 3 : 1;
        }
    }

    /**
     * Tensors that are not simply the module's of the same name. All but {@code renamed} have the module's names for inputs.
     *
     * @param optionalMasks inputs that the implementation takes for all ones when they are not given
     * @param unused inputs and tables that the module does without, such as indices that its subscripts say; {@link #ALL_OTHERS} for all
     *        that it does not take
     * @param spread inputs of which one entry may stand for a whole dim
     * @param renamed the module's input by the reference's
     * @param parameters how the module's parameters are called by the reference
     */
    public record Tensors(ImmutableSet<String> optionalMasks, ImmutableSet<String> unused, ImmutableSet<String> spread,
            ImmutableMap<String, String> renamed, NameMap parameters) {
        /** Of a module that is given a table of features and uses some. */
        public static final String ALL_OTHERS = "*";

        /** The module's name of an input of the reference. */
        public String input(String name) {
            return renamed.getOrDefault(name, name);
        }
    }

    /**
     * One call.
     *
     * @param settings given besides those that the configuration gives
     * @param outputs the reference's name of an output by the module's name; an output that is not here keeps its name, and where the
     *        map is not empty, it is not compared
     */
    public record Run(ImmutableMap<String, ConfigValue> settings, ImmutableMap<String, String> outputs) {
        static final Run ONLY = new Run(ImmutableMap.of(), ImmutableMap.of());
    }

    /**
     * What each key of a reference's configuration means; a key that is nowhere here is a setting of the same name, inside an object one
     * with the object's key before it: {@code heads.lddt.no_bins}. Keys are named alone, or with all that they stand in:
     * {@code encoder_args.depth}.
     *
     * @param groups keys whose values are themselves objects, of which each key counts as if it stood outside
     * @param renamed the module's setting by the reference's key
     * @param ignored keys that change no result
     * @param fixed keys for which only one value is modelled
     * @param defaults settings where the configuration says nothing and the reference's default is not the module's
     */
    public record Configuration(Set<String> groups, ImmutableMap<String, String> renamed, Set<String> ignored,
            ImmutableMap<String, Fixed> fixed, ImmutableMap<String, ConfigValue> defaults) {

        /** @param why what is true of the other values */
        public record Fixed(JsonNode value, String why) {}

        /** The settings of the module that {@code configuration} asks for; a value that is not modelled is the user's error. */
        public Map<String, ConfigValue> settings(JsonNode configuration) {
            var settings = new LinkedHashMap<String, ConfigValue>();
            collect(new Place("", ""), configuration, settings);
            defaults.forEach(settings::putIfAbsent);
            return settings;
        }

        /**
         * Where a key stands.
         *
         * @param path keys on the way to it, each with a dot
         * @param setting what its setting's name begins with
         */
        private record Place(String path, String setting) {
            Place group(String key) {
                return new Place(path + key + ".", setting);
            }

            Place inside(String key) {
                return new Place(path + key + ".", setting + key + ".");
            }
        }

        private void collect(Place place, JsonNode configuration, Map<String, ConfigValue> settings) {
            configuration.properties().forEach(entry -> {
                String key = entry.getKey();
                String path = place.path() + key;
                JsonNode value = entry.getValue();
                if (groups.contains(key)) {
                    collect(place.group(key), value, settings);
                } else if (value.isObject() && !ignored.contains(path)) {
                    collect(place.inside(key), value, settings);
                } else if (fixed.containsKey(key)) {
                    checkFixed(key, value, fixed.get(key));
                } else if (!ignored.contains(key) && !ignored.contains(path)) {
                    put(settings, renamed.getOrDefault(path, place.setting() + renamed.getOrDefault(key, key)), value(key, value));
                }
            });
        }

        private static void checkFixed(String key, JsonNode value, Fixed fixed) {
            if (!value.equals(fixed.value())) {
                throw new UserException("`" + key + "` is " + value + " in the configuration, and only " + fixed.value()
                        + " is modelled\n  = note: " + fixed.why());
            }
        }

        static ConfigValue value(String key, JsonNode value) {
            if (value.isBoolean()) {
                return ConfigValue.of(value.booleanValue());
            }
            if (value.canConvertToLong() && value.isIntegralNumber()) {
                return ConfigValue.of(value.longValue());
            }
            if (value.isNumber()) {
                return ConfigValue.of(value.doubleValue());
            }
            throw new UserException("`" + key + "` is " + value + " in the configuration; a setting is a number or a truth value");
        }

        private static void put(Map<String, ConfigValue> settings, String name, ConfigValue value) {
            ConfigValue other = settings.putIfAbsent(name, value);
            if (other != null && !same(other, value)) {
                throw new UserException("the configuration gives two values for setting `" + name + "`: " + other + " and " + value);
            }
        }

        /** 16 is 16.0. */
        private static boolean same(ConfigValue one, ConfigValue other) {
            return one.equals(other)
                    || one instanceof ConfigValue.Whole(long whole) && other instanceof ConfigValue.Real(double real) && whole == real
                    || one instanceof ConfigValue.Real(double real2) && other instanceof ConfigValue.Whole(long whole2) && whole2 == real2;
        }
    }
}
