package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;

/**
 * What is known of a segment before there is a mesh.
 *
 * @param clusters in an order of execution
 * @param backs for each cluster
 * @param keeps for each cluster what it may keep
 * @param regions how many clusters each region has; they follow each other where few values are live
 * @param eager the ops of an eager framework, if steps are run as it does; then what is computed again are units of it
 */
record SegmentFacts(Segment segment, long count, boolean isRepeated, ImmutableList<Cluster> clusters, ImmutableList<WayBack> backs,
        ImmutableList<ImmutableList<KeepOption>> keeps, ImmutableList<Integer> regions, Optional<EagerSegment> eager) {

    static SegmentFacts of(Segments.Link link) {
        var segment = link.segment();
        var clusters = Clusters.of(segment);
        boolean training = !segment.active().isEmpty();
        var backs = clusters.stream().map(cluster -> WayBack.of(segment, cluster)).collect(ImmutableList.toImmutableList());
        var demanded = demanded(clusters);
        var keeps = ImmutableList.<ImmutableList<KeepOption>>builder();
        for (int c = 0; c < clusters.size(); c++) {
            keeps.add(training ? KeepOption.of(clusters.get(c), backs.get(c), demanded) : ImmutableList.of(KeepOption.NOTHING));
        }
        return new SegmentFacts(segment, link.count(), link.isRepeated(), clusters, backs, keeps.build(), regions(segment, clusters), Optional.empty());
    }

    /** The same, run op by op. */
    SegmentFacts eager(DType storage) {
        var ops = EagerSegment.of(segment, clusters, storage);
        var all = IntStream.range(0, clusters.size()).mapToObj(c -> training() ? KeepOption.of(clusters.get(c), ops.clusters().get(c), demanded(clusters))
                : keeps.get(c)).collect(ImmutableList.toImmutableList());
        return new SegmentFacts(segment, count, isRepeated, clusters, backs, all, regions, Optional.of(ops));
    }

    /** Values that some cluster is given. */
    private static Set<Value> demanded(List<Cluster> clusters) {
        var demanded = new LinkedHashSet<Value>();
        clusters.forEach(cluster -> demanded.addAll(cluster.moving()));
        return demanded;
    }

    /** Positions of the members that run again, wholly or in part. */
    Set<Integer> again(int c, KeepOption keep) {
        return keep.recomputed().stream().map(unit -> eager.map(ops -> ops.clusters().get(c).units().get(unit).member()).orElse(unit))
                .collect(ImmutableSet.toImmutableSet());
    }

    boolean training() {
        return !segment.active().isEmpty();
    }

    /** Cuts where no more values are live than the segment hands on. */
    private static ImmutableList<Integer> regions(Segment segment, List<Cluster> clusters) {
        var sizes = ImmutableList.<Integer>builder();
        int begin = 0;
        for (int c = 0; c < clusters.size(); c++) {
            if (c == clusters.size() - 1 || live(segment, clusters, c).size() <= Math.max(1, segment.handed().size())) {
                sizes.add(c + 1 - begin);
                begin = c + 1;
            }
        }
        return sizes.build();
    }

    /** Moving values that are made at or before a cluster and read behind it. */
    private static ImmutableSet<Value> live(Segment segment, List<Cluster> clusters, int last) {
        var made = new LinkedHashSet<>(segment.given());
        clusters.subList(0, last + 1).forEach(cluster -> made.addAll(cluster.outputs()));
        var read = new LinkedHashSet<>(segment.handed());
        clusters.subList(last + 1, clusters.size()).forEach(cluster -> read.addAll(cluster.moving()));
        made.retainAll(read);
        return ImmutableSet.copyOf(made);
    }

    /** For each region the positions of its clusters. */
    List<List<Integer>> regionClusters() {
        var all = new ArrayList<List<Integer>>();
        int next = 0;
        for (int size : regions) {
            var region = new ArrayList<Integer>();
            for (int i = 0; i < size; i++) {
                region.add(next++);
            }
            all.add(region);
        }
        return all;
    }

    /** Whether a value, or its adjoint on the way back, is there all the time while a region is gone through. */
    boolean crosses(Value value, List<Integer> region) {
        var maker = makers().get(value);
        boolean before = maker == null || maker < region.getFirst();
        return before && (segment.handed().contains(value) || readers(value).stream().anyMatch(c -> c > region.getLast()));
    }

    /** The cluster that makes each output. */
    ImmutableMap<Value, Integer> makers() {
        var makers = new LinkedHashMap<Value, Integer>();
        for (int c = 0; c < clusters.size(); c++) {
            for (Value output : clusters.get(c).outputs()) {
                makers.put(output, c);
            }
        }
        return ImmutableMap.copyOf(makers);
    }

    /** The clusters that read a value. */
    List<Integer> readers(Value value) {
        var readers = new ArrayList<Integer>();
        for (int c = 0; c < clusters.size(); c++) {
            if (clusters.get(c).moving().contains(value)) {
                readers.add(c);
            }
        }
        return readers;
    }
}
