package pleat.features.template;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.UserException;

/**
 * A template as a user names it: {@code FILE}, {@code FILE:CHAIN}, or {@code FILE:CHAIN:20-66=23-69,...}, where residues of the query stand
 * before residues of the chain, both counted from 1 in what the files have.
 *
 * @param chain empty where the file has one chain
 * @param pairs empty where the sequences are to be aligned
 */
public record TemplateRequest(Path file, Optional<String> chain, ImmutableList<Pair> pairs) {
    private static final Pattern TEXT = Pattern.compile("(?<file>.+?)(?::(?<chain>[A-Za-z0-9]+)(?::(?<pairs>[-0-9=,]+))?)?");

    /** Two stretches of equal length. */
    public record Pair(ResidueRange query, ResidueRange template) {}

    public static TemplateRequest parse(String text, Path folder) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new UserException("`" + text + "` names no template\n  = help: write FILE, FILE:CHAIN or FILE:CHAIN:20-66=23-69");
        }
        var pairs = matcher.group("pairs") == null ? ImmutableList.<Pair>of()
                : Splitter.on(',').splitToStream(matcher.group("pairs")).map(TemplateRequest::pair).collect(ImmutableList.toImmutableList());
        return new TemplateRequest(folder.resolve(matcher.group("file")), Optional.ofNullable(matcher.group("chain")), pairs);
    }

    private static Pair pair(String text) {
        var sides = Splitter.on('=').splitToList(text);
        if (sides.size() == 2) {
            var pair = new Pair(ResidueRange.parse(sides.get(0)), ResidueRange.parse(sides.get(1)));
            if (pair.query().length() == pair.template().length()) {
                return pair;
            }
        }
        throw new UserException("`" + text + "` does not put one stretch of residues against another of the same length\n  = help: as in 20-66=23-69");
    }
}
