package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.diagnostic.Span;

/** {@code f32[.., n, 4*c]}. */
public record TypeSyntax(Optional<Name> element, ImmutableList<Size> sizes, Span span) {

    /** One dim, or any number of them. */
    public sealed interface Size {
        Span span();
    }

    /** {@code ..rows}: any number of dims; the name is empty where there is none. */
    public record Rest(String name, Span span) implements Size {
        @Override
        public String toString() {
            return ".." + name;
        }
    }

    public record Extent(Expression value) implements Size {
        @Override
        public Span span() {
            return value.span();
        }
    }
}
