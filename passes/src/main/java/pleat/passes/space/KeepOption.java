package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.stream.Collectors;
import pleat.ir.tensor.Value;

/**
 * Which values of a cluster are kept for the way back, and what follows from it.
 *
 * @param kept results that are kept
 * @param recomputed positions of the members that run again; in eager execution of the units
 * @param needs moving values that must be there on the way back, as the cluster wants them
 * @param provides outputs that are there on the way back
 */
record KeepOption(ImmutableSet<Value> kept, ImmutableList<Integer> recomputed, ImmutableSet<Value> needs, ImmutableSet<Value> provides) {
    /** All there is to say if there is no way back. */
    static final KeepOption NOTHING = new KeepOption(ImmutableSet.of(), ImmutableList.of(), ImmutableSet.of(), ImmutableSet.of());

    /** Results that the way back has: kept, or computed again. */
    boolean has(Cluster cluster, Value result) {
        return kept.contains(result) || recomputed.contains(cluster.results().indexOf(result));
    }

    /** For people: the names of what is kept. */
    String text() {
        return kept.isEmpty() ? "keeps nothing" : kept.stream().map(Value::name).collect(Collectors.joining(", ", "keeps ", ""));
    }

    /** @param demanded outputs that others may want on the way back */
    static ImmutableList<KeepOption> of(Cluster cluster, WayBack back, Set<Value> demanded) {
        return new KeepSearch(KeepSearch.Parts.of(cluster, back, demanded)).options();
    }

    /** The same where the ops of an eager framework are what runs again. */
    static ImmutableList<KeepOption> of(Cluster cluster, EagerSegment.OfCluster eager, Set<Value> demanded) {
        return new KeepSearch(KeepSearch.Parts.of(cluster, eager, demanded)).options();
    }
}
