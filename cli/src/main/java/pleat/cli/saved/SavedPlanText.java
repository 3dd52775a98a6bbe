package pleat.cli.saved;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.SourceFiles;
import pleat.cli.saved.SavedPlan.Code;
import pleat.cli.saved.SavedPlan.Work;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.text.ShardPlanText;
import pleat.ir.type.DType;
import pleat.passes.recompute.Recomputation;
import pleat.passes.shard.RepeatRuns;
import pleat.passes.shard.RepeatRuns.OfRepeat;
import pleat.runtime.io.AtomicFile;

/** The text of a saved plan: a line for each word of {@link SavedPlan}, then the shards as {@link ShardPlanText} has them. */
public final class SavedPlanText {
    private static final String FORMATS = "pleat plan ";
    private static final String FORMAT = FORMATS + 1;
    private static final String SHARDS = "shards ";

    private final String origin;
    private final Map<String, String> words = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final ImmutableList.Builder<OfRepeat> runs = ImmutableList.builder();
    private final StringBuilder recomputation = new StringBuilder();

    private SavedPlanText(String origin) {
        this.origin = origin;
    }

    public static String print(SavedPlan plan) {
        var text = new StringBuilder(FORMAT).append('\n');
        var work = plan.work();
        text.append("model ").append(work.model()).append('\n');
        work.values().forEach((name, value) -> text.append("set ").append(name).append(" = ").append(value).append('\n'));
        if (work.batch() > 1) {
            text.append("batch ").append(work.batch()).append('\n');
        }
        if (!work.gradients().isEmpty()) {
            text.append("gradients ").append(String.join(" ", work.gradients().patterns())).append('\n');
        }
        text.append(work.gradients().chosen().text());
        var code = plan.code();
        text.append("code dtype=%s fuse=%s windows=%s hoist=%s overlap=%s%n".formatted(code.storage().text(), code.fuse(), code.windows(), code.hoist(),
                code.overlap()));
        plan.facts().forEach((name, value) -> text.append("fact ").append(name).append(" = ").append(value).append('\n'));
        plan.runs().repeats().forEach(repeat -> text.append("runs ").append(repeat.function()).append(" = ").append(Joiner.on(' ').join(repeat.counts())).append('\n'));
        if (!plan.runs().once().isEmpty()) {
            text.append("once ").append(Joiner.on(' ').join(plan.runs().once())).append('\n');
        }
        return text.append(ShardPlanText.print(plan.shards())).toString();
    }

    /** Replaces the file whole or not at all. */
    public static void write(Path file, SavedPlan plan) {
        AtomicFile.write(file, print(plan));
    }

    /** Whether a file says of itself that it is one. */
    public static boolean isSaved(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (BufferedReader reader = Files.newBufferedReader(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            var start = new char[FORMATS.length()];
            return reader.read(start) == start.length && FORMATS.equals(new String(start));
        } catch (IOException _) {
            return false; // whoever reads it as something else will say why it cannot be read
        }
    }

    public static SavedPlan read(Path file) {
        return parse(file.toString(), SourceFiles.read(file));
    }

    static SavedPlan parse(String origin, String text) {
        return new SavedPlanText(origin).plan(text.lines().toList());
    }

    private SavedPlan plan(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().equals(FORMAT)) {
            throw new UserException("`" + origin + "` is no plan of format `" + FORMAT + "`" + (lines.isEmpty() ? ": it is empty"
                    : ": it starts with `" + lines.getFirst() + "`"));
        }
        int at = 1;
        for (; at < lines.size() && !lines.get(at).startsWith(SHARDS); at++) {
            line(lines.get(at), at + 1);
        }
        if (at == lines.size()) {
            throw new UserException("plan `" + origin + "` is cut off: it does not say how the work is spread over devices (`shards`)");
        }
        // Empty lines in front, so that messages name the line of the file.
        ShardPlan shards = ShardPlanText.parse(new Source(origin, "\n".repeat(at) + String.join("\n", lines.subList(at, lines.size())) + "\n"));
        var patterns = words.containsKey("gradients") ? ImmutableList.copyOf(words.get("gradients").split(" ")) : ImmutableList.<String>of();
        var gradients = Gradients.of(patterns).with(Recomputation.parse(recomputation.toString()));
        var work = new Work(wanted("model"), ImmutableMap.copyOf(values), number(words.getOrDefault("batch", "1")), gradients);
        return new SavedPlan(work, code(wanted("code")), new RepeatRuns(runs.build(), once()), shards, ImmutableMap.copyOf(facts));
    }

    private void line(String line, int number) {
        int space = line.indexOf(' ');
        var word = space < 0 ? line : line.substring(0, space);
        var rest = space < 0 ? "" : line.substring(space + 1).strip();
        switch (word) {
            case "keep", "end" -> recomputation.append(line).append('\n');
            case "model", "batch", "gradients", "code", "once" -> put(words, word, rest, number);
            case "set" -> assignment(values, rest, number);
            case "fact" -> assignment(facts, rest, number);
            case "runs" -> runs(rest, number);
            case "" -> {
            }
            default -> throw refused(number, "`" + word + "` is no word of a plan");
        }
    }

    private void assignment(Map<String, String> target, String text, int number) {
        int equals = text.indexOf(" = ");
        if (equals < 1) {
            throw refused(number, "`" + text + "` is not of the form `NAME = VALUE`");
        }
        put(target, text.substring(0, equals), text.substring(equals + " = ".length()), number);
    }

    private void put(Map<String, String> target, String name, String value, int number) {
        if (target.putIfAbsent(name, value) != null) {
            throw refused(number, "`" + name + "` is said twice");
        }
    }

    private void runs(String text, int number) {
        var sides = text.split(" = ", -1);
        if (sides.length != 2) {
            throw refused(number, "`" + text + "` is not of the form `FUNCTION = COPIES COPIES`");
        }
        runs.add(new OfRepeat(sides[0], Stream.of(sides[1].split(" ")).map(this::number).collect(ImmutableList.toImmutableList())));
    }

    private ImmutableList<Integer> once() {
        return words.containsKey("once") ? Stream.of(words.get("once").split(" ")).map(text -> {
            if (!text.matches("0|[1-9][0-9]{0,3}")) {
                throw new UserException("plan `" + origin + "` says `" + text + "` where the number of a stretch between repetitions is expected");
            }
            return Integer.valueOf(text);
        }).collect(ImmutableList.toImmutableList()) : ImmutableList.of();
    }

    private long number(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new UserException("plan `" + origin + "` says `" + text + "` where a number of at least 1 is expected");
        }
        return Long.parseLong(text);
    }

    private String wanted(String word) {
        if (!words.containsKey(word)) {
            throw new UserException("plan `" + origin + "` lacks the line `" + word + "`");
        }
        return words.get(word);
    }

    private Code code(String text) {
        var options = new LinkedHashMap<String, String>();
        for (String option : text.split(" ")) {
            int equals = option.indexOf('=');
            options.put(equals < 0 ? option : option.substring(0, equals), equals < 0 ? "" : option.substring(equals + 1));
        }
        var dtype = List.of(DType.F32, DType.BF16, DType.F16).stream().filter(d -> d.text().equals(options.get("dtype"))).findFirst()
                .orElseThrow(() -> new UserException("plan `" + origin + "` stores `" + options.get("dtype") + "`, and code is made for f32, bf16 and f16"));
        return new Code(dtype, flag(options, "fuse"), flag(options, "windows"), flag(options, "hoist"), flag(options, "overlap"));
    }

    private boolean flag(Map<String, String> options, String name) {
        String value = options.getOrDefault(name, "");
        if (!value.equals("true") && !value.equals("false")) {
            throw new UserException("plan `" + origin + "` says of its code `" + name + "=" + value + "`, and it is true or false");
        }
        return value.equals("true");
    }

    private UserException refused(int number, String message) {
        return new UserException(origin + ":" + number + ": " + message);
    }
}
