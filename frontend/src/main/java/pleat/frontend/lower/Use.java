package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalLong;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;

/** An instance of a module in a body: what was given to it, before it is known what it is applied to. */
record Use(Name name, Item.Module module, ImmutableList<Given> given, Optional<Widths> widths, OptionalLong count) {

    record Given(Name name, ConfigValue value) {}

    /** Last sizes of the first input and of the first result. */
    record Widths(Width from, Optional<Width> to) {}

    record Width(Dim size, Span span) {}
}
