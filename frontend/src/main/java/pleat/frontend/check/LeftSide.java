package pleat.frontend.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;

/** The left side of an equation while the right side is read. */
sealed interface LeftSide {

    /** No brackets: the axes are those of the first tensor without subscripts. */
    final class Whole implements LeftSide {
        private Optional<First> first = Optional.empty();

        /** The tensor that the others have to agree with. */
        record First(String text, Span span, List<AxisVariable> axes, List<Dim> dims) {}

        Optional<First> first() {
            return first;
        }

        void first(First found) {
            first = Optional.of(found);
        }
    }

    /** What stands in the brackets, in order. */
    record Indexed(List<Part> parts) implements LeftSide {
        Optional<RestAxes> rest() {
            return parts.stream().filter(Rest.class::isInstance).map(part -> ((Rest) part).axes()).findFirst();
        }

        /** One subscript for each dim, once the number of rest axes is known. */
        Optional<List<LinearIndex>> dims() {
            var dims = new ArrayList<LinearIndex>();
            for (Part part : parts) {
                switch (part) {
                    case Index(LinearIndex index, _) -> dims.add(index);
                    case Rest(RestAxes axes) -> {
                        if (axes.axes().isEmpty()) {
                            return Optional.empty();
                        }
                        axes.axes().get().forEach(axis -> dims.add(LinearIndex.axis(axis)));
                    }
                }
            }
            return Optional.of(dims);
        }
    }

    sealed interface Part {}

    record Index(LinearIndex index, Span span) implements Part {}

    record Rest(RestAxes axes) implements Part {}
}
