package pleat.runtime.emulator;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names of registers and labels of a block; inline assembly has blocks of its own. */
final class Scope {
    private final Scope outer;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Map<String, Integer> labels = new LinkedHashMap<>();

    Scope() {
        this.outer = this;
    }

    Scope(Scope outer) {
        this.outer = outer;
    }

    Scope outer() {
        return outer;
    }

    void declare(String name, Row row) {
        rows.put(name, row);
    }

    void label(String name, int at) {
        labels.put(name, at);
    }

    Row row(String name) {
        Row row = rows.get(name);
        if (row != null) {
            return row;
        }
        if (outer == this) {
            throw new PtxSyntax("no register " + name);
        }
        return outer.row(name);
    }

    boolean hasRow(String name) {
        return rows.containsKey(name) || outer != this && outer.hasRow(name);
    }

    int target(String label) {
        Integer at = labels.get(label);
        if (at != null) {
            return at;
        }
        if (outer == this) {
            throw new PtxSyntax("no label " + label);
        }
        return outer.target(label);
    }
}
