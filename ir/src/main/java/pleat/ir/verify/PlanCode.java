package pleat.ir.verify;

import pleat.ir.diagnostic.Code;

/** What can be wrong with a plan whose text is right and whose kernels are. */
public enum PlanCode implements Code {
    KERNEL("I0401", "a kernel is filed under another name than its own, or not at all"),
    BUFFER("I0402", "the size or the layout of a buffer is not what its type needs"),
    PLACE("I0403", "a buffer does not lie in the arena, or not where a buffer may start"),
    EXTERNAL("I0404", "what comes from outside or goes there has no name, or another one has it too"),
    ARGUMENT("I0405", "an argument of a step is not of the type and layout that the step works on"),
    SLICE("I0406", "a stride steps through no dim, or out of it"),
    READ_ONLY("I0407", "a step writes an input, or touches the scratch"),
    OVERLAP("I0408", "a step writes where it reads, or two buffers are at one place at one time"),
    OVERWRITTEN("I0409", "a buffer is read after another took its memory"),
    UNWRITTEN("I0410", "a buffer is read, or returned, before it is written"),
    EXCHANGE("I0411", "an exchange does not fit its group, its operand or its result"),
    FLIGHT("I0412", "an exchange is not started once and awaited once, beside its start"),
    IN_FLIGHT("I0413", "a step touches what is being received, or writes what is being sent");

    private final String id;
    private final String summary;

    PlanCode(String id, String summary) {
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
