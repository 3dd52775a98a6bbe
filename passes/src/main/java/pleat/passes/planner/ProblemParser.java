package pleat.passes.planner;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what {@link ProblemText} writes. Lines come in the order of the text, so each is added to the block or region before it. Whatever is wrong with
 * the text, here or where its records are made, is an {@link IllegalArgumentException}.
 */
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
        require(fixed.length > 0, "the line `problem` is missing");
        return new PlanningProblem(blocks, chain, fixed[0], fixed[1], fixed[2]);
    }

    private void line(Words line) {
        switch (line.word()) {
            case "problem" -> fixed = new long[]{line.number("time"), line.number("bytes"), line.number("budget")};
            case "block" -> {
                endBlock();
                block = line;
            }
            case "variable" -> {
                require(block != null, "a variable is in no block");
                variables.add(new Variable(line.quoted(), line.quotedList()));
            }
            case "region" -> {
                require(block != null, "a region is in no block");
                endRegion();
                region = line;
            }
            case "factor" -> {
                require(region != null, "a factor is in no region");
                factors.add(factor(line));
            }
            case "link" -> {
                endBlock();
                chain.add(new Link(Tokens.position(line.word()), line.number("count")));
            }
            case String other -> throw new IllegalArgumentException("what is `" + other + "`");
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private void endBlock() {
        endRegion();
        if (block != null) {
            var name = block.quoted();
            blocks.add(new Block(name, variables, regions, Tokens.positions(block.list("in")), Tokens.positions(block.list("out"))));
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
        var scope = Tokens.positions(line.word());
        var time = table(line.list("time"));
        var saved = table(line.list("saved"));
        var transients = new ArrayList<ImmutableLongArray>();
        while (!line.isAtEnd()) {
            transients.add(table(line.list("transient")));
        }
        return new Factor(scope, time, saved, transients);
    }

    private static ImmutableLongArray table(String list) {
        return ImmutableLongArray.copyOf(Tokens.list(list).stream().mapToLong(entry -> entry.equals("x") ? Factor.FORBIDDEN : Tokens.number(entry)));
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
            var word = line.substring(Math.min(at, line.length()), end < 0 ? line.length() : end);
            at += word.length() + 1;
            return word;
        }

        String list(String name) {
            expect(name + " ");
            return word();
        }

        long number(String name) {
            return Tokens.number(list(name));
        }

        String quoted() {
            var text = string();
            at++;
            return text;
        }

        List<String> quotedList() {
            var all = new ArrayList<String>();
            expect("[");
            while (next() != ']') {
                all.add(string());
                at += next() == ',' ? 1 : 0;
            }
            at += 2;
            return all;
        }

        private String string() {
            expect("\"");
            var text = new StringBuilder();
            for (; next() != '"'; at++) {
                boolean escaped = next() == '\\';
                at += escaped ? 1 : 0;
                text.append(escaped && next() == 'n' ? '\n' : next());
            }
            at++;
            return text.toString();
        }

        private char next() {
            require(at < line.length(), "this line ends too early: `" + beginning() + "`");
            return line.charAt(at);
        }

        private void expect(String words) {
            require(line.startsWith(words, at), "`" + words.strip() + "` is missing in `" + beginning() + "`");
            at += words.length();
        }

        private String beginning() {
            return line.substring(0, Math.min(60, line.length()));
        }
    }
}
