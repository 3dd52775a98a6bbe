package pleat.ir.verify;

import pleat.ir.diagnostic.Code;

/** What can be wrong with a kernel whose text is right. */
public enum KernelCode implements Code {
    AXIS("I0301", "an axis does not exist, stands in the wrong order, or is used outside its loop"),
    PARAMETER("I0302", "the type or the layout of a parameter cannot lie in memory"),
    TILE("I0303", "a tile is used where it is not made yet, or is made twice"),
    TILE_AXES("I0304", "a step gives a tile other axes than it has"),
    MODE("I0305", "an input is written, or an output is read"),
    RANK("I0306", "an access has another number of subscripts than its tensor has dims"),
    OUTSIDE("I0307", "an access leaves its tensor, and no guard allows it"),
    BODY("I0308", "a formula uses what is not there, or does not use what is there"),
    CARRY("I0309", "a loop does not hand on what it carries"),
    STORED_ONCE("I0310", "an element of an output is not stored exactly once");

    private final String id;
    private final String summary;

    KernelCode(String id, String summary) {
        this.id = id;
        this.summary = summary;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return summary;
    }
}
