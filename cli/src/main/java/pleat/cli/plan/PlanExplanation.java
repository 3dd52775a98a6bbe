package pleat.cli.plan;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.cli.compile.Bytes;
import pleat.ir.tensor.Location;
import pleat.passes.space.BlockSplits;
import pleat.passes.space.BlockSplits.Split;
import pleat.passes.space.Outcome;
import pleat.passes.space.PeakMemory;

/** Why a plan is as it is, line by line. */
final class PlanExplanation {
    /** How many of the values at the peak are named. */
    private static final int LARGEST = 14;

    private final SourceText sources;

    PlanExplanation(SourceText sources) {
        this.sources = sources;
    }

    /**
     * What a plan would be if something was different.
     *
     * @param idle what is said if that makes it no faster
     */
    record Changed(String what, String idle, Outcome outcome) {}

    /** @param withMore what more memory or a device more would bring */
    record Lines(List<String> memory, List<String> withMore, List<String> splits) {
        void print(PrintWriter out) {
            print(out, "memory", memory);
            print(out, "with more", withMore);
            print(out, "splits", splits);
        }

        private static void print(PrintWriter out, String title, List<String> lines) {
            out.println(title);
            lines.forEach(line -> out.println("  " + line));
        }
    }

    Lines of(Outcome outcome, List<Changed> changes) {
        return new Lines(memory(outcome), changes(outcome, changes), splits(outcome));
    }

    List<String> memory(Outcome outcome) {
        var lines = new ArrayList<String>();
        outcome.peak().ifPresent(peak -> {
            lines.add("most is there in the %s pass, at %s: %s".formatted(peak.pass(), SourceText.place(peak.location()), sources.of(peak.location())));
            lines.add("%s, of which %s live in that part and %s stay from the %s pass of all blocks".formatted(Bytes.text(peak.savedBytes() + peak.liveBytes()),
                    Bytes.text(peak.liveBytes()), Bytes.text(peak.savedBytes()), peak.pass().equals("forward") ? "start on, through the forward" : "forward"));
            var byWhy = new LinkedHashMap<String, Long>();
            peak.shares().forEach(share -> byWhy.merge(share.why(), share.bytes(), Long::sum));
            byWhy.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).forEach(why -> lines.add("  %9s  %s".formatted(
                    Bytes.text(why.getValue()), why.getKey())));
            lines.add("the largest of that");
            peak.shares().stream().limit(LARGEST).map(this::share).forEach(lines::add);
            long rest = peak.shares().stream().skip(LARGEST).mapToLong(PeakMemory.Share::bytes).sum();
            if (rest > 0) {
                lines.add("  %9s  in %d other values".formatted(Bytes.text(rest), peak.shares().size() - LARGEST));
            }
        });
        return lines;
    }

    private String share(PeakMemory.Share share) {
        var each = share.copies() == 1 ? "" : "%d x %s".formatted(share.copies(), Bytes.text(share.bytes() / share.copies()));
        return "  %9s  %-14s %-37s %-25s %s".formatted(Bytes.text(share.bytes()), each, share.what(), share.why(), line(share.location())).stripTrailing();
    }

    private String line(Location location) {
        return location.isKnown() ? "%-36s %s".formatted(SourceText.place(location), sources.of(location)) : "";
    }

    static List<String> changes(Outcome outcome, List<Changed> changes) {
        return changes.stream().map(change -> {
            var other = change.outcome();
            if (!other.isFeasible()) {
                return "%-16s %s".formatted(change.what(), other.reason());
            }
            double ms = other.timePicos() / 1e9;
            double saved = outcome.timePicos() / 1e9 - ms;
            var gain = saved < 0.05 ? change.idle() : "%.1f ms less, %.1f %%".formatted(saved, 100 * saved / (ms + saved));
            return "%-16s %8.1f ms, %s; uses %s on a device".formatted(change.what(), ms, gain, Bytes.text(other.bytes()));
        }).toList();
    }

    /** Ops of one line that are split alike are one line. */
    List<String> splits(Outcome outcome) {
        var lines = new ArrayList<String>();
        for (BlockSplits block : outcome.splits()) {
            double computed = block.splits().stream().mapToDouble(Split::milliseconds).sum();
            double sent = block.splits().stream().flatMap(split -> split.sent().stream()).mapToDouble(BlockSplits.Sent::milliseconds).sum();
            lines.add("@%s, %s: %.2f ms computing and %.2f ms sending in each".formatted(block.block(), block.copies() == 1 ? "once" : block.copies() + " copies", computed, sent));
            lines.add("  %-36s %-38s %-8s %-6s %7s  %s".formatted("line", "makes", "split", "work", "ms", "why"));
            for (int s = 0; s < block.splits().size(); s++) {
                lines.add(split(block.splits().get(s), s > 0 && block.splits().get(s - 1).location().line() == block.splits().get(s).location().line()
                        && block.splits().get(s - 1).location().file().equals(block.splits().get(s).location().file())));
            }
        }
        return lines;
    }

    private static String split(Split split, boolean isSameLine) {
        return "  %-36s %-38s %-8s %-6s %7.3f  %s".formatted(isSameLine ? "" : SourceText.place(split.location()), split.what(), split.along(),
                "%.0f %%".formatted(100 * split.work()), split.milliseconds(), why(split)).stripTrailing();
    }

    /** What the split saves, and what it is paid with. */
    private static String why(Split split) {
        if (split.work() >= 1) {
            return split.sent().isEmpty() ? "every device does it: to split it saves nothing or costs more" : sent(split);
        }
        double saved = split.milliseconds() * (1 / split.work() - 1);
        return "saves %.2f ms; %s".formatted(saved, split.sent().isEmpty() ? "operands lie so" : sent(split));
    }

    private static String sent(Split split) {
        return split.sent().stream().map(one -> "%s: %s, %.2f ms".formatted(one.value(), one.how(), one.milliseconds())).collect(Collectors.joining("; "));
    }
}
