package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.machine.Primitive;
import pleat.passes.space.BlockSplits.Sent;
import pleat.passes.space.BlockSplits.Split;
import pleat.passes.space.ChosenBlock.Brought;
import pleat.passes.space.Layout.Part;
import pleat.passes.space.PeakMemory.Share;

/** Why a plan needs what it needs. */
final class Explanation {
    private static final double PICOS_PER_MS = 1e9;

    private final Outcome.Found found;
    private final List<ChosenBlock> chain;

    Explanation(Outcome.Found found) {
        this.found = found;
        this.chain = ChosenBlock.all(found);
    }

    /** Values of one kind; all copies of a block have the same ones. */
    private record Kind(Value value, Layout layout, Held.Why why) {}

    /** Empty if nothing is ever live. */
    Optional<PeakMemory> peak() {
        return found.plan().peak().map(peak -> {
            var block = chain.get(peak.run());
            var shares = new LinkedHashMap<Kind, Share>();
            chain.forEach(each -> {
                each.weights().forEach(held -> add(shares, held, each.run().count()));
                each.saved().values().forEach(list -> list.forEach(held -> add(shares, held, each.run().count())));
            });
            block.live(peak.region()).forEach(held -> add(shares, held, 1));
            var last = block.facts().clusters().get(block.facts().regionClusters().get(peak.region()).getLast()).members().getLast();
            var sorted = shares.values().stream().sorted(Comparator.comparingLong(Share::bytes).reversed()).collect(ImmutableList.toImmutableList());
            return new PeakMemory(block.block().block().regions().get(peak.region()).instants().get(peak.instant()), text(last.result(),
                    block.choice(block.facts().regionClusters().get(peak.region()).getLast()).strategy().of(last.result())), last.op().location(),
                    found.space().problem().fixedBytes() + peak.savedBytes(), peak.transientBytes(), sorted);
        });
    }

    private void add(LinkedHashMap<Kind, Share> shares, Held held, long copies) {
        shares.merge(new Kind(held.value(), held.layout(), held.why()), new Share(text(held.value(), held.layout()), held.why().text(), held.location(), copies,
                copies * held.bytes()), (a, b) -> new Share(a.what(), a.why(), a.location(), a.copies() + b.copies(), a.bytes() + b.bytes()));
    }

    /** Name and type; a dim that is cut as {@code 256/4}. */
    private String text(Value value, Layout layout) {
        var ranks = found.space().options().pricing().ranks();
        long[] shape = value.type().shape();
        var dims = IntStream.range(0, shape.length).mapToObj(d -> IntStream.range(0, ranks.axes())
                .filter(a -> layout.along(a) instanceof Part.Cut cut && cut.dim() == d).mapToObj(a -> "/" + ranks.along(a)).collect(Collectors.joining("", shape[d] + "", "")));
        return value.name() + " " + stored(value).text() + dims.collect(Collectors.joining(", ", "[", "]"));
    }

    private DType stored(Value value) {
        var dtype = value.type().dtype();
        return dtype.isFloating() ? found.space().options().pricing().prices().storage() : dtype;
    }

    /** Runs of copies that differ only in what they keep are one. */
    List<BlockSplits> splits() {
        var all = new ArrayList<BlockSplits>();
        for (ChosenBlock block : chain) {
            var splits = IntStream.range(0, block.facts().clusters().size()).mapToObj(c -> split(block, c)).collect(ImmutableList.toImmutableList());
            boolean isLikeLast = !all.isEmpty() && all.getLast().block().equals(block.name()) && along(all.getLast().splits()).equals(along(splits));
            if (isLikeLast) {
                var last = all.removeLast();
                all.add(new BlockSplits(last.block(), last.copies() + block.run().count(), last.splits()));
            } else if (!splits.isEmpty()) {
                all.add(new BlockSplits(block.name(), block.run().count(), splits));
            }
        }
        return all;
    }

    private static List<String> along(List<Split> splits) {
        return splits.stream().map(split -> split.what() + " " + split.along()).toList();
    }

    private Split split(ChosenBlock block, int c) {
        var cluster = block.facts().clusters().get(c);
        var strategy = block.choice(c).strategy();
        var last = cluster.members().getLast();
        var time = block.time(c);
        var sent = ImmutableList.<Sent>builder();
        block.brought(c).stream().filter(brought -> !brought.steps().isFreeForward() || brought.steps().steps().stream().anyMatch(step -> step.backward().isPresent()))
                .forEach(brought -> sent.add(sent(block, brought)));
        long inside = time.forward().sent() + time.again().sent() + time.back().sent();
        if (inside > 0) {
            var how = strategy.transfers().stream().flatMap(t -> t.forward().or(t::backward).stream()).map(Explanation::words).distinct();
            sent.add(new Sent(last.result().name(), how.collect(Collectors.joining(", ")), inside / PICOS_PER_MS));
        }
        double whole = cluster.members().stream().mapToDouble(m -> m.form().extents().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b)).sum();
        double part = strategy.points().stream().mapToDouble(Long::doubleValue).sum();
        return new Split(text(last.result(), strategy.of(last.result())), strategy.text(cluster), whole == 0 ? 1 : part / whole,
                (time.forward().computed() + time.again().computed() + time.back().computed()) / PICOS_PER_MS, sent.build(), last.op().location());
    }

    private static Sent sent(ChosenBlock block, Brought brought) {
        var reshards = block.reshards();
        long forward = reshards.forwardPicos(brought.value(), brought.steps());
        long picos = forward * (brought.back() == Copies.State.AGAIN ? 2 : 1) + reshards.backwardPicos(brought.value(), brought.steps());
        var how = brought.steps().steps().stream().flatMap(step -> step.forward().or(step::backward).stream()).map(Explanation::words).distinct();
        return new Sent(brought.value().name(), how.collect(Collectors.joining(", ")), picos / PICOS_PER_MS);
    }

    private static String words(Primitive primitive) {
        return primitive.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
