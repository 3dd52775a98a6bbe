package pleat.codegen.cpu;

/** A piece of scratch memory; it gets its offset when all live ranges are known. Identity is the object. */
final class Slot {
    private final String name;
    private final long bytes;

    Slot(String name, long bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return name + ":" + bytes;
    }
}
