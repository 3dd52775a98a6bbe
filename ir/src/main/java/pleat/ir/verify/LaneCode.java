package pleat.ir.verify;

import pleat.ir.diagnostic.Code;

/** What can be wrong with lane code whose text is right. */
public enum LaneCode implements Code {
    BLOCK("I0501", "the threads of a block do not make whole warps"),
    SCOPE("I0502", "a value is used where it is not known"),
    TYPE("I0503", "an operand has another type than its op takes"),
    TOGETHER("I0504", "threads that must do something together may not all come to it"),
    FIXED("I0505", "a number that the code must know is computed"),
    IN_FLIGHT("I0506", "a value is used while a matrix unit still computes it");

    private final String id;
    private final String summary;

    LaneCode(String id, String summary) {
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
