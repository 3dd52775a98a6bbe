package pleat.frontend.check;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.frontend.syntax.TypeSyntax;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.type.DType;

/** Element types by their names in the text. */
public final class ElementTypes {
    private ElementTypes() {}

    /** The stated element type, f32 where none is stated; empty after a report. */
    public static Optional<DType> of(TypeSyntax type, Consumer<Diagnostic> report) {
        if (type.element().isEmpty()) {
            return Optional.of(DType.F32);
        }
        var name = type.element().get();
        var found = Arrays.stream(DType.values()).filter(dtype -> dtype.text().equals(name.text())).findFirst();
        if (found.isEmpty()) {
            var known = Arrays.stream(DType.values()).map(DType::text).toList();
            report.accept(Suggestion.add(Diagnostic.of(CheckCode.ELEMENT_TYPE, name.span(), "there is no element type `%s`", name)
                    .note("there are %s", String.join(", ", known)), name.text(), known));
        }
        return found;
    }
}
