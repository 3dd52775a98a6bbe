package pleat.frontend.check;

import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.Severity;

/** What can be wrong with the meaning of a text. */
public enum CheckCode implements Code {
    UNDEFINED_NAME("F0101", "a name that nothing defines"),
    UNKNOWN_AXIS("F0102", "a subscript names an axis that neither the left side nor a reduction has"),
    UNDEFINED_MODULE("F0103", "a module or function that no file defines"),
    UNKNOWN_IMPORT("F0104", "an imported file that is not there"),
    DUPLICATE_NAME("F0105", "one name for two things"),
    UNKNOWN_SETTING("F0106", "a setting that the module does not have"),
    AXIS_TWO_SIZES("F0107", "an axis stands for dims of different sizes"),
    SIZE_MISMATCH("F0108", "an argument's size is not the one that the module has for it"),
    WRONG_RANK("F0109", "a tensor has another number of dims than is written"),
    WRONG_COUNT("F0110", "too many or too few arguments, results or widths"),
    UNBOUND_SIZE("F0111", "arithmetic with a size that is not known yet"),
    MISSING_SETTING("F0112", "a setting or size that is neither given nor has a default"),
    AXIS_WITHOUT_EXTENT("F0113", "nothing says how far an axis goes"),
    GUARD_NEEDED("F0114", "a subscript may leave the tensor"),
    NOT_AFFINE("F0115", "a subscript is not a sum of axes with whole coefficients"),
    NOT_ONE_TO_ONE("F0116", "the left side leaves elements out or writes some twice"),
    ENDLESS_RECURSION("F0117", "a module or function contains itself without end"),
    NOT_CONSTANT("F0118", "a compile-time value that depends on a tensor"),
    WRONG_KIND("F0119", "a compile-time value of the wrong kind"),
    BAD_SIZE("F0120", "a size that is not a positive whole number"),
    RETURN("F0121", "a body without a return at its end"),
    CARRIED_TYPE("F0122", "a carried value does not keep its type"),
    NOT_A_VALUE("F0123", "a name is used as what it is not"),
    ELEMENT_TYPE("F0124", "an element type that does not exist or does not fit"),
    SHARED_PARAMETER("F0125", "one instance is used with parameters of different sizes"),
    TYPES_DIFFER("F0126", "tensors without subscripts have different types"),
    UNUSED("F0127", "something is defined and never used", Severity.WARNING),
    NOT_THE_DECLARED_TYPE("F0128", "a module returns another type than it declares"),
    TOO_MANY_INSTANCES("F0129", "the model has more distinct instances than the compiler takes"),
    AMBIGUOUS_NAME("F0130", "a name that several imported files define");

    private final String id;
    private final String summary;
    private final Severity severity;

    CheckCode(String id, String summary) {
        this(id, summary, Severity.ERROR);
    }

    CheckCode(String id, String summary, Severity severity) {
        this.id = id;
        this.summary = summary;
        this.severity = severity;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public Severity severity() {
        return severity;
    }
}
