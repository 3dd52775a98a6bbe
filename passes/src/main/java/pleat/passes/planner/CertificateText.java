package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;

/** A certificate as a file: numbers and the words that say what they are, one window or run to a line. */
public final class CertificateText {
    private static final String NONE = "none";

    private CertificateText() {}

    public static String print(Certificate certificate) {
        var text = new StringBuilder();
        text.append("certificate problem ").append(certificate.problemHash()).append(" budget ").append(certificate.budgetBytes())
                .append(" bound ").append(time(certificate.lowerBoundPicos())).append('\n');
        for (var window : certificate.windows()) {
            text.append("window from ").append(window.fromBytes()).append(" to ").append(window.toBytes()).append(" weights ")
                    .append(window.timeWeight()).append(' ').append(window.byteWeight()).append(" value ")
                    .append(window.value() == Certificate.Window.NO_CHOICE ? NONE : window.value()).append(" bound ")
                    .append(time(window.boundPicos())).append(" granule ").append(window.granule());
            window.watched().forEach(instants -> text.append(" watched ").append(list(instants)));
            text.append('\n');
        }
        var plan = certificate.plan();
        text.append("plan time ").append(plan.timePicos()).append(" bytes ").append(plan.bytes());
        plan.peak().ifPresent(peak -> text.append(" peak ").append(peak.run()).append(' ').append(peak.region()).append(' ')
                .append(peak.instant()).append(' ').append(peak.savedBytes()).append(' ').append(peak.transientBytes()));
        text.append('\n');
        for (var run : plan.runs()) {
            text.append("run link ").append(run.link()).append(" count ").append(run.count()).append(" choices ")
                    .append(list(run.choices().asList())).append('\n');
        }
        return text.toString();
    }

    private static String time(long picos) {
        return picos == Certificate.NOTHING_FITS ? NONE : Long.toString(picos);
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    /** @throws UserException if the text is not one that {@link #print} writes */
    public static Certificate parse(String text) {
        var lines = text.lines().map(line -> new Words(List.of(line.split(" ")))).toList();
        try {
            var head = lines.isEmpty() ? new Words(List.of()) : lines.getFirst();
            var windows = new ArrayList<Certificate.Window>();
            var runs = new ArrayList<Run>();
            var plan = Optional.<Words>empty();
            for (var line : lines.stream().skip(1).toList()) {
                switch (line.words().getFirst()) {
                    case "window" -> windows.add(window(line));
                    case "plan" -> plan = Optional.of(line);
                    case "run" -> runs.add(new Run(Tokens.position(line.word("link", 1)), line.number("count"),
                            ImmutableIntArray.copyOf(Tokens.positions(line.word("choices", 1)))));
                    default -> throw new IllegalArgumentException("what is `" + line.words().getFirst() + "`");
                }
            }
            return new Certificate(head.word("problem", 1), head.number("budget"), head.number("bound", Certificate.NOTHING_FITS), windows,
                    plan(plan.orElseThrow(() -> new IllegalArgumentException("the line `plan` is missing")), runs));
        } catch (IllegalArgumentException malformed) {
            throw new UserException("this is not a certificate: " + malformed.getMessage(), malformed);
        }
    }

    private static Certificate.Window window(Words line) {
        var watched = new ArrayList<List<Integer>>();
        for (int i = 1; i < line.words().size(); i++) {
            if (line.words().get(i - 1).equals("watched")) {
                watched.add(Tokens.positions(line.words().get(i)));
            }
        }
        return new Certificate.Window(line.number("from"), line.number("to"), Tokens.number(line.word("weights", 1)),
                Tokens.number(line.word("weights", 2)), line.number("value", Certificate.Window.NO_CHOICE),
                line.number("bound", Certificate.NOTHING_FITS), line.number("granule"), watched);
    }

    private static BlockPlan plan(Words line, List<Run> runs) {
        var peak = line.words().contains("peak") ? Optional.of(new BlockPlan.Peak(Tokens.position(line.word("peak", 1)),
                Tokens.position(line.word("peak", 2)), Tokens.position(line.word("peak", 3)), Tokens.number(line.word("peak", 4)),
                Tokens.number(line.word("peak", 5)))) : Optional.<BlockPlan.Peak>empty();
        return new BlockPlan(runs, line.number("time"), line.number("bytes"), peak);
    }

    /** The words of a line, where each fact stands behind its name. */
    private record Words(List<String> words) {
        String word(String name, int behind) {
            int at = words.indexOf(name);
            if (at < 0 || at + behind >= words.size()) {
                throw new IllegalArgumentException("`" + name + "` is missing");
            }
            return words.get(at + behind);
        }

        long number(String name) {
            return Tokens.number(word(name, 1));
        }

        long number(String name, long none) {
            return word(name, 1).equals(NONE) ? none : number(name);
        }
    }
}
