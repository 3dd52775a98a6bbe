package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.frontend.ConfigValue;
import pleat.ir.type.Dim;

/**
 * What the names of a module's signature stand for in one instance of it.
 *
 * @param values sizes and settings
 * @param rests the dims of {@code ..}, by its name
 */
public record Bindings(ImmutableMap<String, ConfigValue> values, ImmutableMap<String, ImmutableList<Dim>> rests) {}
