package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.derive.Cost;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.estimate.EagerOp;
import pleat.passes.estimate.EagerWork;

/**
 * Enumerates what a cluster may keep. Left out is what another option beats in bytes, in work and in what it needs: splits divide bytes and
 * work of all options alike, so what is beaten on one device is beaten on many. Values of less than a {@link #SMALL}th of the largest (means,
 * variances, peaks) are kept wherever the way back reads them. Between two that are left, copies of the block mix; one that such a mixture beats
 * is left out too.
 */
final class KeepSearch {
    private static final int SMALL = 16;
    /** Of more values only the largest are looked at in all combinations; the others are computed again. */
    private static final int CANDIDATES = 9;

    private final ImmutableList<Value> results;
    private final ImmutableList<Value> moving;
    private final long[] operands;
    private final long[] needs;
    private final long[] work;
    private final long[] bytes;
    private final long wanted;
    private final long wantedMoving;
    private final List<Integer> outputs;
    private final long small;
    private final List<Integer> candidates;

    KeepSearch(Parts parts) {
        this.results = parts.results();
        this.moving = parts.moving();
        int count = results.size();
        this.operands = new long[count];
        this.needs = new long[count];
        this.work = parts.work().stream().mapToLong(Long::longValue).toArray();
        this.bytes = results.stream().mapToLong(value -> value.type().bytes()).toArray();
        for (int m = 0; m < count; m++) {
            operands[m] = mask(results, parts.reads().get(m));
            needs[m] = mask(moving, parts.reads().get(m));
        }
        this.wanted = mask(results, parts.wanted());
        this.wantedMoving = mask(moving, parts.wanted());
        this.outputs = IntStream.range(0, count).filter(m -> parts.demanded().contains(results.get(m))).boxed().toList();
        long largest = IntStream.range(0, count).mapToLong(m -> bytes[m]).max().orElse(0);
        this.small = IntStream.range(0, count).filter(m -> bytes[m] * SMALL < largest && (wanted >> m & 1) == 1).mapToLong(m -> 1L << m).sum();
        this.candidates = IntStream.range(0, count).filter(m -> (small >> m & 1) == 0 && parts.keepable().contains(results.get(m))).boxed()
                .sorted(Comparator.comparing((Integer m) -> -bytes[m])).limit(CANDIDATES).sorted().toList();
    }

    /**
     * What runs on its own when something is computed again.
     *
     * @param results of each part
     * @param moving what is given
     * @param reads of each part
     * @param work of each part, in some unit
     * @param wanted results and given values that the way back reads
     * @param demanded results that others may want on the way back
     * @param keepable results that may be kept
     */
    record Parts(ImmutableList<Value> results, ImmutableList<Value> moving, ImmutableList<ImmutableList<Value>> reads, ImmutableList<Long> work,
            Set<Value> wanted, Set<Value> demanded, Set<Value> keepable) {
        /** Operations of an eager framework's product that take as long as a byte of its traffic. */
        private static final long FLOPS_PER_BYTE = 100;

        static Parts of(Cluster cluster, WayBack back, Set<Value> demanded) {
            return new Parts(ImmutableList.copyOf(cluster.results()), cluster.moving().asList(),
                    cluster.members().stream().map(member -> ImmutableList.copyOf(member.op().operands())).collect(ImmutableList.toImmutableList()),
                    cluster.members().stream().map(member -> work(member.op())).collect(ImmutableList.toImmutableList()), back.reads(),
                    Sets.intersection(cluster.outputs(), demanded), ImmutableSet.copyOf(cluster.results()));
        }

        static Parts of(Cluster cluster, EagerSegment.OfCluster eager, Set<Value> demanded) {
            return new Parts(eager.units().stream().map(EagerSegment.Unit::result).collect(ImmutableList.toImmutableList()), cluster.moving().asList(),
                    eager.units().stream().map(unit -> unit.reads().asList()).collect(ImmutableList.toImmutableList()),
                    eager.units().stream().map(unit -> unit.op().map(Parts::work).orElse(0L)).collect(ImmutableList.toImmutableList()), eager.wanted(),
                    Sets.intersection(cluster.outputs(), demanded), Sets.union(eager.wanted(), cluster.outputs()));
        }

        private static long work(EagerOp op) {
            return EagerWork.forward(op, EagerWork.Sizes.WHOLE).stream().mapToLong(work -> Math.max(work.flops(), FLOPS_PER_BYTE * work.bytes())).sum();
        }

        /** In some unit in which arithmetic and traffic add up: ten operations for a byte. */
        private static long work(Op op) {
            long traffic = op.results().getFirst().type().bytes() + op.operands().stream().mapToLong(v -> v.type().bytes()).sum();
            return 10 * traffic + (op instanceof Op.Compute compute ? Cost.flops(compute.equation()) : 0);
        }
    }

    private static long mask(List<Value> among, Iterable<Value> values) {
        long mask = 0;
        for (Value value : values) {
            int at = among.indexOf(value);
            mask |= at < 0 ? 0 : 1L << at;
        }
        return mask;
    }

    /** All masks count positions in the results, {@code needs} in the moving values. */
    private record Rated(long kept, long recomputed, long needs, long provides, long bytes, long work) {
        boolean beats(Rated other) {
            return bytes <= other.bytes && work <= other.work && (needs & ~other.needs) == 0 && (other.provides & ~provides) == 0;
        }
    }

    ImmutableList<KeepOption> options() {
        var options = new ArrayList<Rated>();
        for (int p = 0; p < 1 << outputs.size(); p++) {
            long provides = chosen(outputs, p);
            for (int k = 0; k < 1 << candidates.size(); k++) {
                var rated = rated(chosen(candidates, k) | small, provides);
                if (options.stream().noneMatch(other -> other.beats(rated))) {
                    options.removeIf(rated::beats);
                    options.add(rated);
                }
            }
        }
        return options.stream().filter(option -> isOnHull(option, options)).map(this::option).collect(ImmutableList.toImmutableList());
    }

    /** Whether no two options alike, mixed over the copies of a block, are better in bytes and in work. */
    private static boolean isOnHull(Rated option, List<Rated> options) {
        var alike = options.stream().filter(other -> other.needs == option.needs && other.provides == option.provides).toList();
        return alike.stream().noneMatch(small -> alike.stream().anyMatch(large -> small.bytes < option.bytes && option.bytes < large.bytes
                && small.work > option.work && (double) (small.work - option.work) * (large.bytes - small.bytes)
                < (double) (small.work - large.work) * (option.bytes - small.bytes)));
    }

    private static long chosen(List<Integer> among, int subset) {
        long mask = 0;
        for (int i = 0; i < among.size(); i++) {
            mask |= (subset >> i & 1) == 1 ? 1L << among.get(i) : 0;
        }
        return mask;
    }

    /** Whether something is kept that nobody uses does not matter: the same without it is better. */
    private Rated rated(long kept, long provides) {
        long open = (wanted | provides) & ~kept;
        long recomputed = 0;
        long needed = wantedMoving;
        while (open != 0) {
            int m = Long.numberOfTrailingZeros(open);
            recomputed |= 1L << m;
            needed |= needs[m];
            open = (open | operands[m]) & ~kept & ~recomputed;
        }
        long size = 0;
        long again = 0;
        for (int m = 0; m < bytes.length; m++) {
            size += (kept >> m & 1) * bytes[m];
            again += (recomputed >> m & 1) * work[m];
        }
        return new Rated(kept, recomputed, needed, provides, size, again);
    }

    private KeepOption option(Rated rated) {
        return new KeepOption(values(results, rated.kept), IntStream.range(0, results.size()).filter(m -> (rated.recomputed >> m & 1) == 1).boxed()
                .collect(ImmutableList.toImmutableList()), values(moving, rated.needs), values(results, rated.provides));
    }

    private static ImmutableSet<Value> values(List<Value> among, long mask) {
        return IntStream.range(0, among.size()).filter(i -> (mask >> i & 1) == 1).mapToObj(among::get)
                .collect(Collectors.collectingAndThen(Collectors.toList(), ImmutableSet::copyOf));
    }
}
