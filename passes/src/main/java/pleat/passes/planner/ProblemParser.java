package pleat.passes.planner;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link ProblemText} writes. Lines come in the order of the text, so each is added to the block or region before it. */
final class ProblemParser {
    private final List<Block> blocks = new ArrayList<>();
    private final List<Link> chain = new ArrayList<>();
    private final List<Variable> variables = new ArrayList<>();
    private final List<Region> regions = new ArrayList<>();
    private final List<Factor> factors = new ArrayList<>();
    private long[] fixed = {};
    private Words block;
    private Words region;

    PlanningProblem parse(String text) {
        text.lines().map(line -> new Words(line.strip())).forEach(this::line);
        endBlock();
        return new PlanningProblem(blocks, chain, fixed[0], fixed[1], fixed[2]);
    }

    private void line(Words line) {
        switch (line.word()) {
            case "problem" -> fixed = new long[]{line.number("time"), line.number("bytes"), line.number("budget")};
            case "block" -> {
                endBlock();
                block = line;
            }
            case "variable" -> variables.add(new Variable(line.quoted(), line.quotedList()));
            case "region" -> {
                endRegion();
                region = line;
            }
            case "factor" -> factors.add(factor(line));
            case "link" -> {
                endBlock();
                chain.add(new Link((int) Long.parseLong(line.word()), line.number("count")));
            }
            case String other -> throw new IllegalArgumentException("what is `" + other + "`");
        }
    }

    private void endBlock() {
        endRegion();
        if (block != null) {
            var name = block.quoted();
            blocks.add(new Block(name, variables, regions, scope(block.list("in")), scope(block.list("out"))));
            variables.clear();
            regions.clear();
            block = null;
        }
    }

    private void endRegion() {
        if (region != null) {
            regions.add(new Region(region.quoted(), region.quotedList(), factors));
            factors.clear();
            region = null;
        }
    }

    private static Factor factor(Words line) {
        var scope = scope(line.word());
        var time = table(line.list("time"));
        var saved = table(line.list("saved"));
        var transients = new ArrayList<ImmutableLongArray>();
        while (!line.isAtEnd()) {
            transients.add(table(line.list("transient")));
        }
        return new Factor(scope, time, saved, transients);
    }

    private static List<Integer> scope(String list) {
        return entries(list).stream().map(Integer::valueOf).toList();
    }

    private static ImmutableLongArray table(String list) {
        return ImmutableLongArray.copyOf(entries(list).stream().mapToLong(entry -> entry.equals("x") ? Factor.FORBIDDEN : Long.parseLong(entry)));
    }

    private static List<String> entries(String list) {
        var inside = list.substring(1, list.length() - 1);
        return inside.isEmpty() ? List.of() : Arrays.asList(inside.split(","));
    }

    /** A line, read from left to right. */
    private static final class Words {
        private final String line;
        private int at;

        Words(String line) {
            this.line = line;
        }

        boolean isAtEnd() {
            return at >= line.length();
        }

        /** Up to the next space, which is skipped. */
        String word() {
            int end = line.indexOf(' ', at);
            var word = line.substring(at, end < 0 ? line.length() : end);
            at += word.length() + 1;
            return word;
        }

        String list(String name) {
            expect(name + " ");
            return word();
        }

        long number(String name) {
            return Long.parseLong(list(name));
        }

        String quoted() {
            var text = string();
            at++;
            return text;
        }

        List<String> quotedList() {
            var all = new ArrayList<String>();
            expect("[");
            while (line.charAt(at) != ']') {
                all.add(string());
                at += line.charAt(at) == ',' ? 1 : 0;
            }
            at += 2;
            return all;
        }

        private String string() {
            expect("\"");
            var text = new StringBuilder();
            for (; line.charAt(at) != '"'; at++) {
                boolean escaped = line.charAt(at) == '\\';
                at += escaped ? 1 : 0;
                text.append(escaped && line.charAt(at) == 'n' ? '\n' : line.charAt(at));
            }
            at++;
            return text.toString();
        }

        private void expect(String words) {
            if (!line.startsWith(words, at)) {
                throw new IllegalArgumentException("`" + words.strip() + "` is missing in `" + line.substring(0, Math.min(60, line.length())) + "`");
            }
            at += words.length();
        }
    }
}
