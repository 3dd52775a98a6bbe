package pleat.ir.verify;

import pleat.ir.diagnostic.Code;

/** What can be wrong with the meaning of a tensor module whose text is right. */
public enum VerifyCode implements Code {
    USED_TOO_EARLY("I0201", "an operand is not defined before the op that reads it"),
    DEFINED_AGAIN("I0202", "a value is the result of two ops, or an op stands in a function twice"),
    RANK("I0203", "an access has another number of subscripts than its tensor has dims"),
    READ_OUTSIDE("I0204", "an unguarded read leaves its tensor"),
    RESULT_TYPE("I0205", "the type of a result is not what the op gives"),
    WRITE_OUTSIDE("I0206", "a write leaves the result, or a bare write does not cover its dim"),
    WRITTEN_TWICE("I0207", "two points write one place and nothing combines them"),
    NO_CALLEE("I0208", "a function that is called does not exist"),
    ARGUMENTS("I0209", "operands or results of a call do not fit the function"),
    RECURSION("I0210", "a function calls itself, directly or through others"),
    ROLE("I0211", "a parameter has a role that its function or type does not allow"),
    EXTERNAL_NAME("I0212", "an external name is empty, or used twice"),
    OPERAND_TYPE("I0213", "an operand has a type that the op does not take"),
    SYMBOL("I0214", "one name stands for two extents"),
    TOO_LARGE("I0215", "a tensor may have 2^60 elements or more"),
    MESH("I0216", "a collective or a split does not fit the mesh, the device or the tensor");

    private final String id;
    private final String summary;

    VerifyCode(String id, String summary) {
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
