package pleat.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Writes types and remembers the symbols in them, so that a {@code where} can bound them all. The same at every level. */
final class TypePrinter {
    private final Names names = Names.byEquality();
    private final List<Dim.Symbol> used = new ArrayList<>();

    String print(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> Long.toString(extent);
            case Dim.Symbol symbol -> name(symbol);
        };
    }

    private String name(Dim.Symbol symbol) {
        if (!used.contains(symbol)) {
            used.add(symbol);
        }
        return names.has(symbol) ? names.of(symbol) : names.define(symbol, Names.legalWord(symbol.name()));
    }

    String print(TensorType type) {
        return type.dims().stream().map(this::print).collect(Collectors.joining(", ", type.dtype().text() + "[", "]"));
    }

    /**
     * {@code where N in 16..2048 by 16} with a blank before it, for the symbols printed since the last call; empty if there were
     * none.
     */
    String where() {
        if (used.isEmpty()) {
            return "";
        }
        var text = used.stream().map(s -> names.of(s) + " in " + s.min() + ".." + s.max() + " by " + s.multiple())
                .collect(Collectors.joining(", ", " where ", ""));
        used.clear();
        return text;
    }
}
