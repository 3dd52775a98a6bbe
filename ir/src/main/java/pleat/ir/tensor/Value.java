package pleat.ir.tensor;

import pleat.ir.type.TensorType;

/** An SSA value. Identity is the object; the name is for printing only (made unique by the printer). */
public final class Value {
    private final String name;
    private final TensorType type;

    public Value(String name, TensorType type) {
        this.name = name;
        this.type = type;
    }

    public String name() {
        return name;
    }

    public TensorType type() {
        return type;
    }

    @Override
    public String toString() {
        return "%" + name + ": " + type;
    }
}
