package pleat.passes.space;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.tensor.Value;
import pleat.passes.planner.Run;

/** A plan in words. */
record Explanation(Outcome.Found found) {

    private SegmentBlock block(Run run) {
        return found.space().blocks().get(found.space().problem().chain().get(run.link()).block());
    }

    private static String megabytes(long bytes) {
        return "%.1f MB".formatted(bytes / 1e6);
    }

    /** What the copies save, by value, and what is live at the instant at which most is. */
    List<String> memory() {
        var lines = new ArrayList<String>();
        found.plan().peak().ifPresent(peak -> {
            var run = found.plan().runs().get(peak.run());
            var region = block(run).block().regions().get(peak.region());
            lines.add("fullest in the %s pass of `%s`, %s: %s saved by all copies, %s live beside that".formatted(region.instants().get(peak.instant()),
                    region.name(), place(block(run), peak.region()), megabytes(peak.savedBytes()), megabytes(peak.transientBytes())));
            live(block(run), run, peak.region()).forEach(lines::add);
        });
        for (Run run : found.plan().runs()) {
            if (block(run).facts().isRepeated()) {
                lines.add("saved by each of %d copies of @%s".formatted(run.count(), block(run).facts().segment().name()));
                saved(block(run), run).forEach(lines::add);
            }
        }
        return lines;
    }

    private static String place(SegmentBlock block, int region) {
        var members = block.facts().regionClusters().get(region);
        return block.facts().clusters().get(members.getLast()).members().getLast().op().location().toString();
    }

    private record Sized(String text, long bytes) {}

    private List<String> largest(List<Sized> values) {
        return values.stream().filter(value -> value.bytes() > 0).sorted(Comparator.comparingLong(Sized::bytes).reversed()).limit(8)
                .map(value -> "  %10s  %s".formatted(megabytes(value.bytes()), value.text())).toList();
    }

    private List<String> live(SegmentBlock block, Run run, int region) {
        var values = new ArrayList<Sized>();
        for (int c : block.facts().regionClusters().get(region)) {
            var choice = block.choice(run, c);
            for (int m : choice.keep().recomputed()) {
                var member = block.facts().clusters().get(c).members().get(m);
                values.add(new Sized(text(member.result(), choice.strategy()) + " computed again, " + member.op().location(),
                        found.space().options().pricing().bytes(member.result(), choice.strategy().of(member.result()))));
            }
        }
        return largest(values);
    }

    private List<String> saved(SegmentBlock block, Run run) {
        var values = new ArrayList<Sized>();
        for (int c = 0; c < block.choices().size(); c++) {
            var choice = block.choice(run, c);
            for (var member : block.facts().clusters().get(c).members()) {
                if (choice.keep().kept().contains(member.result())) {
                    values.add(new Sized(text(member.result(), choice.strategy()) + ", " + member.op().location(),
                            found.space().options().pricing().bytes(member.result(), choice.strategy().of(member.result()))));
                }
            }
        }
        return largest(values);
    }

    private static String text(Value value, Strategy strategy) {
        return "%s (%s)".formatted(value, strategy.of(value));
    }

    List<String> splits() {
        var lines = new ArrayList<String>();
        for (Run run : found.plan().runs()) {
            var block = block(run);
            if (!block.choices().isEmpty()) {
                lines.add("@%s, %d copies".formatted(block.facts().segment().name(), run.count()));
            }
            for (int c = 0; c < block.choices().size(); c++) {
                var cluster = block.facts().clusters().get(c);
                var choice = block.choice(run, c);
                lines.add("  %-14s %-12s %-40s %s".formatted(cluster.name(), choice.strategy().text(cluster), brought(block, run, cluster),
                        cluster.members().getLast().op().location()));
            }
        }
        return lines;
    }

    /** Which of its operands are brought from another layout. */
    private String brought(SegmentBlock block, Run run, Cluster cluster) {
        return cluster.moving().stream().filter(value -> !block.copies(run, value).copies().isEmpty())
                .map(value -> value.name() + ": " + block.layout(run, value) + " -> "
                        + block.copies(run, value).copies().stream().map(copy -> copy.layout().toString()).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; "));
    }
}
