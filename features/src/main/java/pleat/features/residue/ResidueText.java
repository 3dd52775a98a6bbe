package pleat.features.residue;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import pleat.features.residue.Residue.Atom;
import pleat.features.residue.Residue.Chi;
import pleat.features.residue.Residue.Group;

/** Reads the text form of the table; its own head says what a line is. */
final class ResidueText {
    private static final Splitter WORDS = Splitter.on(' ').omitEmptyStrings();

    private final List<String> atoms = new ArrayList<>();
    private final List<Residue> residues = new ArrayList<>();
    private final ImmutableMap.Builder<Character, Character> aliases = ImmutableMap.builder();
    private final ImmutableMap.Builder<String, String> modified = ImmutableMap.builder();

    static ResidueTable parse(String text) {
        var reader = new ResidueText();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> reader.line(WORDS.splitToList(line)));
        return new ResidueTable(reader.residues, reader.atoms, reader.aliases.buildOrThrow(), reader.modified.buildOrThrow());
    }

    private void line(List<String> words) {
        switch (words.getFirst()) {
            case "atoms" -> atoms.addAll(words.subList(1, words.size()));
            case "residue" -> residues.add(new Residue(words.get(1), words.get(2).charAt(0), ImmutableList.of(), ImmutableList.of()));
            case "chi" -> put(new Chi(ImmutableList.copyOf(words.subList(1, 5)), words.size() > 5));
            case "alias" -> aliases.put(words.get(1).charAt(0), words.get(2).charAt(0));
            case "modified" -> modified.put(words.get(1), words.get(2));
            default -> put(new Atom(words.getFirst(), Group.valueOf(words.get(1).toUpperCase(Locale.ROOT)),
                    words.subList(2, 5).stream().map(Double::valueOf).collect(ImmutableList.toImmutableList())));
        }
    }

    private void put(Chi chi) {
        var residue = residues.removeLast();
        residues.add(new Residue(residue.name(), residue.letter(), residue.atoms(), with(residue.chis(), chi)));
    }

    private void put(Atom atom) {
        var residue = residues.removeLast();
        residues.add(new Residue(residue.name(), residue.letter(), with(residue.atoms(), atom), residue.chis()));
    }

    private static <T> ImmutableList<T> with(ImmutableList<T> list, T last) {
        return ImmutableList.<T>builder().addAll(list).add(last).build();
    }
}
