package pleat.features;

import pleat.ir.diagnostic.Code;

/** What can be wrong with sequences, alignments, structures and lists of them. */
public enum FeatureCode implements Code {
    EMPTY("D0001", "a file without a sequence"),
    NOT_A_LETTER("D0002", "a character that no residue or gap is written with"),
    UNEQUAL_ROWS("D0003", "rows of an alignment that have different numbers of columns"),
    NO_NAME("D0004", "a sequence before the first name"),
    NO_ROW("D0005", "a name without a sequence"),
    REPEATED_NAME("D0006", "two sequences of one name where a name tells them apart"),
    NOT_THE_QUERY("D0007", "an alignment whose first row is another sequence than the query"),
    NOT_STOCKHOLM("D0008", "a line that a Stockholm file does not have"),
    DAMAGED_ARCHIVE("D0009", "a compressed file that cannot be read to its end"),
    SEVERAL_QUERIES("D0010", "more than one sequence where one is asked for"),
    STRUCTURE("D0101", "a structure file that cannot be understood"),
    NO_CHAIN("D0102", "a chain that the structure does not have, or that is not a protein"),
    NO_ATOMS("D0103", "a template without an atom where the query is"),
    MAPPING("D0104", "a template's residues are not where its mapping says"),
    DRAWS("D0201", "draws that do not fit the alignment or the settings"),
    LIST("D0202", "a list of samples with a line that is not understood"),
    SETTING("D0203", "a setting that cannot be, or that the sequence has no room for");

    private final String id;
    private final String summary;

    FeatureCode(String id, String summary) {
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
