package pleat.ir.lane;

/** A register that is written once. Identity is the object; the name is for printing. */
public final class LaneValue implements Operand {
    private final String name;
    private final LaneType type;

    public LaneValue(String name, LaneType type) {
        this.name = name;
        this.type = type;
    }

    public String name() {
        return name;
    }

    @Override
    public LaneType type() {
        return type;
    }

    @Override
    public String toString() {
        return "%" + name + ": " + type.text();
    }
}
