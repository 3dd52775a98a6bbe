package pleat.features.sample;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import pleat.features.FeatureCode;
import pleat.features.template.TemplateRequest;
import pleat.features.text.InputText;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.UserException;

/**
 * Samples in a text file, one in a line: a name and then {@code fasta=FILE}, {@code a3m=FILE}, {@code sto=FILE}, {@code template=FILE:CHAIN},
 * {@code residues=20-69}, {@code first=1}, in any number and order. Files are looked for beside the list; lines that start with {@code #}
 * say nothing.
 */
public final class SampleList {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    /** Names become names of files. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private final InputText text;
    private final Path folder;

    private SampleList(InputText text, Path folder) {
        this.text = text;
        this.folder = folder;
    }

    public static ImmutableList<SampleRequest> read(Path file) {
        var list = new SampleList(InputText.read(file), file.toAbsolutePath().getParent());
        var names = new HashSet<String>();
        var samples = new ArrayList<SampleRequest>();
        var lines = list.text.lines();
        for (int l = 0; l < lines.size(); l++) {
            String line = lines.get(l).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                samples.add(list.sample(l + 1, line));
                if (!names.add(samples.getLast().name())) {
                    throw list.refuse(FeatureCode.REPEATED_NAME, l + 1, "two samples are named `%s`", samples.getLast().name());
                }
            }
        }
        if (samples.isEmpty()) {
            throw list.text.refuse(FeatureCode.EMPTY, "`%s` names no sample", file);
        }
        return ImmutableList.copyOf(samples);
    }

    private SampleRequest sample(int number, String line) {
        String[] words = BLANKS.split(line);
        if (!NAME.matcher(words[0]).matches()) {
            throw refuse(FeatureCode.LIST, number, "a line begins with the name of a sample, in letters, digits, dots and dashes");
        }
        Optional<Path> query = Optional.empty();
        Optional<ResidueRange> range = Optional.empty();
        int first = 1;
        List<Path> alignments = new ArrayList<>();
        List<TemplateRequest> templates = new ArrayList<>();
        try {
            for (String word : List.of(words).subList(1, words.length)) {
                int equals = word.indexOf('=');
                String value = word.substring(equals + 1);
                switch (equals < 0 ? word : word.substring(0, equals)) {
                    case "fasta" -> query = Optional.of(folder.resolve(value));
                    case "a3m", "sto" -> alignments.add(folder.resolve(value));
                    case "template" -> templates.add(TemplateRequest.parse(value, folder));
                    case "residues" -> range = Optional.of(ResidueRange.parse(value));
                    case "first" -> first = new ResidueRange(Integer.parseInt(value), Integer.MAX_VALUE).first();
                    default -> throw refuse(FeatureCode.LIST, number, "`%s` is none of fasta=, a3m=, sto=, template=, residues= and first=", word);
                }
            }
            return new SampleRequest(words[0], query, ImmutableList.copyOf(alignments), ImmutableList.copyOf(templates), first, range);
        } catch (NumberFormatException wrong) {
            throw refuse(FeatureCode.LIST, number, "the number of the first residue is not a number");
        } catch (DiagnosticsException placed) {
            throw placed;
        } catch (UserException wrong) {
            throw refuse(FeatureCode.LIST, number, wrong.getMessage().lines().findFirst().orElseThrow());
        }
    }

    private DiagnosticsException refuse(Code code, int line, String format, Object... arguments) {
        return text.refuseAt(code, line, 0, Integer.MAX_VALUE, format, arguments);
    }
}
