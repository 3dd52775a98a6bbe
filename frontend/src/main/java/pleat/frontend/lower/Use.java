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
record Use(Name name, Item.Module module, ImmutableList<Given> given, Optional<Widths> widths, Place place) {

    /** Where the parameters are, seen from the module that has the instance. */
    sealed interface Place {
        /** Below the instance's name. */
        record Below() implements Place {}

        /** Among those of the module itself. */
        record Beside() implements Place {}

        /** Below the instance's name and the number of the copy. */
        record Copies(long count) implements Place {}
    }

    /** How many copies there are of a repeated instance. */
    OptionalLong count() {
        return switch (place) {
            case Place.Below _, Place.Beside _ -> OptionalLong.empty();
            case Place.Copies(long count) -> OptionalLong.of(count);
        };
    }

    /** What stands before a parameter's path. */
    String prefix() {
        return switch (place) {
            case Place.Below _ -> name.text() + ".";
            case Place.Beside _ -> "";
            case Place.Copies _ -> name.text() + ".{i}.";
        };
    }

    record Given(Name name, ConfigValue value) {}

    /** Last sizes of the first input and of the first result. */
    record Widths(Width from, Optional<Width> to) {}

    record Width(Dim size, Span span) {}
}
