package pleat.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;
import pleat.passes.hoist.Hoist;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.recompute.PlaceLate;
import pleat.passes.sparse.WindowMasks;

/** Every pass that has a name, in the order in which a compilation uses them first. */
public final class PassTable {
    private static final Pattern WORD = Pattern.compile("\\s*([^,{}]+)(?:\\{([^{}]*)})?\\s*(?:,|$)");

    private PassTable() {}

    /** One row: what is known of a pass before its options are. {@code make} takes the options, by name. */
    public record Entry(Pass pass, Function<Map<String, String>, Pass> make) {
        public String word() {
            return pass.word();
        }

        public ImmutableSet<Invariant> gives() {
            return pass.gives();
        }
    }

    public static ImmutableList<Entry> entries() {
        return ImmutableList.of(new Entry(BindSizes.of(Map.of()), options -> BindSizes.of(sizes(options))), plain(Inline.PASS),
                plain(NormalizeEquations.PASS), plain(SimplifyEquations.PASS), plain(WindowMasks.PASS), plain(ComposeReindex.PASS),
                new Entry(FuseMaps.of(FuseMaps.Reach.FREE), PassTable::fuseMaps), plain(Cse.PASS),
                new Entry(Hoist.of(KeepLimit.DEFAULT), PassTable::hoist), plain(Dce.PASS),
                new Entry(Differentiate.PASS, PassTable::differentiate),
                plain(LocalTransfers.PASS), plain(CoverWrites.PASS), plain(DropStops.PASS), plain(DeferDivision.PASS),
                plain(TabulatePositions.PASS),
                new Entry(PlaceLate.PASS, PassTable::placeLate),
                new Entry(StoreAs.of(DType.F32), PassTable::storeAs));
    }

    private static Entry plain(Pass pass) {
        return new Entry(pass, options -> {
            if (!options.isEmpty()) {
                throw new UserException("pass `" + pass.word() + "` takes no options, and `" + options.keySet().iterator().next()
                        + "` is given");
            }
            return pass;
        });
    }

    /** The passes of a list such as {@code bind-sizes{N=64},inline,dce}. */
    public static ImmutableList<Pass> parse(String list) {
        var passes = ImmutableList.<Pass>builder();
        var matcher = WORD.matcher(list);
        int at = 0;
        while (at < list.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new UserException("`" + list.substring(at)
                        + "` is no list of passes\n  = help: write `--passes=inline,bind-sizes{N=64}`");
            }
            passes.add(find(matcher.group(1).strip()).make().apply(options(matcher.group(2))));
            at = matcher.end();
        }
        return passes.build();
    }

    private static Entry find(String word) {
        return entries().stream().filter(entry -> entry.word().equals(word)).findFirst()
                .orElseThrow(() -> new UserException("there is no pass `" + word + "`\n  = note: the passes are "
                        + entries().stream().map(entry -> "`" + entry.word() + "`").collect(Collectors.joining(", "))));
    }

    private static Map<String, String> options(String braces) {
        var options = new LinkedHashMap<String, String>();
        for (String option : braces == null || braces.isBlank() ? new String[0] : braces.split(",")) {
            int equals = option.indexOf('=');
            options.put(equals < 0 ? option.strip() : option.substring(0, equals).strip(), equals < 0 ? ""
                    : option.substring(equals + 1).strip());
        }
        return options;
    }

    private static Map<String, Long> sizes(Map<String, String> options) {
        var sizes = new LinkedHashMap<String, Long>();
        options.forEach((name, value) -> {
            if (!value.matches("\\d{1,18}")) {
                throw new UserException("size `" + name + "` is `" + value + "`, which is no whole number");
            }
            sizes.put(name, Long.parseLong(value));
        });
        return sizes;
    }

    private static Pass fuseMaps(Map<String, String> options) {
        for (FuseMaps.Reach reach : FuseMaps.Reach.values()) {
            if (options.keySet().equals(java.util.Set.of(reach.text()))) {
                return FuseMaps.of(reach);
            }
        }
        if (options.isEmpty()) {
            return FuseMaps.of(FuseMaps.Reach.FREE);
        }
        throw new UserException("pass `" + FuseMaps.NAME + "` takes `{free}` or `{one-use}`, and `"
                + String.join(",", options.keySet())
                + "` is given");
    }

    private static Pass hoist(Map<String, String> options) {
        options.forEach((name, value) -> {
            if (!java.util.Set.of("bytes", "price").contains(name) || !value.matches("\\d{1,18}")) {
                throw new UserException("pass `" + Hoist.NAME + "` takes what a loop may keep and what a byte must save, such as `" + Hoist.NAME
                        + "{bytes=1000000,price=16}`, and `" + name + "=" + value + "` is given");
            }
        });
        return Hoist.of(new KeepLimit(Long.parseLong(options.getOrDefault("price", String.valueOf(KeepLimit.DEFAULT.pricePerByte()))),
                Long.parseLong(options.getOrDefault("bytes", String.valueOf(KeepLimit.DEFAULT.mostBytes())))));
    }

    private static Pass differentiate(Map<String, String> options) {
        if (options.isEmpty()) {
            return Differentiate.PASS;
        }
        var patterns = options.keySet().stream().filter(word -> !word.equals("keep")).toList();
        return Differentiate.of(patterns.isEmpty() ? List.of("*") : patterns, KeepSet.parse(options.getOrDefault("keep", "none")));
    }

    private static Pass placeLate(Map<String, String> options) {
        if (!java.util.Set.of("ends").containsAll(options.keySet())) {
            throw new UserException("pass `" + PlaceLate.NAME + "` takes the values that end stretches, such as `" + PlaceLate.NAME
                    + "{ends=Block_adjoint/x}`, and `" + String.join(",", options.keySet()) + "` is given");
        }
        return PlaceLate.of(NamedValues.parse(options.getOrDefault("ends", "")));
    }

    private static Pass storeAs(Map<String, String> options) {
        return Arrays.stream(DType.values()).filter(dtype -> dtype.isFloating() && options.equals(Map.of(dtype.text(), "")))
                .findFirst().map(StoreAs::of)
                .orElseThrow(() -> new UserException("pass `" + StoreAs.NAME + "` takes a floating type, such as `"
                + StoreAs.NAME + "{bf16}`"));
    }

    /** The table as Markdown; docs/passes.md holds it. */
    public static String markdown() {
        var rows = new ArrayList<>(List.of("| pass | what it does | needs | gives |", "|---|---|---|---|"));
        for (Entry entry : entries()) {
            rows.add("| `%s` | %s | %s | %s |".formatted(entry.word(), entry.pass().summary(), words(entry.pass().needs()),
                    words(entry.gives())));
        }
        return String.join("\n", rows) + "\n";
    }

    /** The table for a terminal. */
    public static String text() {
        int widest = entries().stream().mapToInt(entry -> entry.word().length()).max().orElse(0);
        return entries().stream().map(entry -> ("  %-" + widest + "s  %s").formatted(entry.word(), entry.pass().summary())
                + facts(entry.pass()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String facts(Pass pass) {
        String needs = pass.needs().isEmpty() ? "" : " Needs " + words(pass.needs()) + ".";
        return needs + (pass.gives().isEmpty() ? "" : " Gives " + words(pass.gives()) + ".");
    }

    private static String words(ImmutableSet<Invariant> invariants) {
        return invariants.stream().map(Invariant::text).collect(Collectors.joining(", "));
    }
}
