package pleat.passes.chunk;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.schedule.Scheduler.Scheduled;
import pleat.passes.tile.TileTarget;

/**
 * Makes a plan fit a budget: first by letting values take the place of dead ones, then by chunk loops, one by one, each where most memory is needed
 * at once. What a choice is worth is read off the plan that it makes, memory assignment included. See Note [The search].
 */
public final class ChunkSearch {
    /** Chunks that a new loop begins with: few enough that loops cost next to nothing. */
    private static final int FIRST_CHUNKS = 8;
    /** Choices that are tried out in one round. */
    private static final int TRIALS = 4;
    private static final int ROUNDS = 100;

    private final TensorModule module;
    private final TileTarget target;
    private final boolean fuse;
    private final long scratchBytes;
    private final Map<List<Choice>, Attempt> attempts = new LinkedHashMap<>();

    private ChunkSearch(TensorModule module, TileTarget target, boolean fuse, long scratchBytes) {
        this.module = module;
        this.target = target;
        this.fuse = fuse;
        this.scratchBytes = scratchBytes;
    }

    /**
     * What was found.
     *
     * @param plan without places
     * @param choices the chunk loops, in the order in which they were chosen
     * @param arenaBytes what the plan needs, scratch included; more than the budget if nothing fits
     */
    public record Found(Plan plan, ImmutableList<Choice> choices, long arenaBytes) {}

    /**
     * What there is.
     *
     * @param scratchBytes what kernels need beside the buffers
     * @param budgetBytes what the arena may take, scratch included
     */
    public record Limits(long scratchBytes, long budgetBytes) {}

    /**
     * @param module as it would be scheduled
     * @param start choices to begin with; none: the plan may do without any
     */
    public static Found fit(TensorModule module, TileTarget target, boolean fuse, Limits limits, ImmutableList<Choice> start) {
        return new ChunkSearch(module, target, fuse, limits.scratchBytes()).search(limits.budgetBytes(), start);
    }

    private record Attempt(Scheduled scheduled, ImmutableMap<Choice, Set<Value>> local, Placement.Peak peak, long arenaBytes) {
        /** The bytes of the peak that are of buffers whose values are as meant. */
        long bytesAtPeak(Predicate<Set<Value>> isMeant) {
            return peak.bytes().entrySet().stream().filter(entry -> isMeant.test(scheduled.buffers().get(entry.getKey()))).mapToLong(Map.Entry::getValue).sum();
        }
    }

    private Found search(long budget, ImmutableList<Choice> start) {
        if (start.isEmpty()) {
            var plain = attempt(start, false);
            if (plain.arenaBytes <= budget) {
                return new Found(plain.scheduled.plan(), start, plain.arenaBytes);
            }
        }
        List<Choice> choices = start;
        for (int round = 0; round < ROUNDS && attempt(choices).arenaBytes > budget; round++) {
            var better = better(choices, budget);
            if (better.isEmpty()) {
                break;
            }
            choices = better.get();
        }
        var found = attempt(choices);
        return new Found(found.scheduled.plan(), ImmutableList.copyOf(choices), found.arenaBytes);
    }

    private Attempt attempt(List<Choice> choices) {
        return attempts.computeIfAbsent(List.copyOf(choices), c -> attempt(c, true));
    }

    private Attempt attempt(List<Choice> choices, boolean overwrite) {
        var chunked = ChunkLoops.apply(module, choices);
        var scheduled = Scheduler.scheduled(chunked.module(), target, new Scheduler.Options(fuse, true, overwrite));
        return new Attempt(scheduled, chunked.local(), Placement.peak(scheduled.plan()), Placement.place(scheduled.plan(), scratchBytes).arena().bytes());
    }

    /** One loop more, or one with narrower chunks; empty if the budget could not be met even if no chunk took anything. */
    private Optional<List<Choice>> better(List<Choice> choices, long budget) {
        var attempt = attempt(choices);
        var local = new LinkedHashMap<Choice, Long>();
        attempt.local.forEach((choice, values) -> local.put(choice, attempt.bytesAtPeak(values::containsAll)));
        var widest = local.entrySet().stream().filter(entry -> entry.getValue() > 0 && entry.getKey().width() > 1)
                .max(Map.Entry.comparingByValue());
        long tooMuch = attempt.arenaBytes - budget;
        boolean canNarrow = widest.isPresent() && local.values().stream().mapToLong(Long::longValue).sum() > tooMuch;
        var candidates = candidates(choices, attempt);
        boolean isWorthMore = !candidates.isEmpty() && (!canNarrow || candidates.getFirst().gain() > widest.get().getValue());
        var more = isWorthMore ? added(choices, candidates, attempt) : Optional.<List<Choice>>empty();
        return more.isPresent() || !canNarrow ? more : widest.map(entry -> narrowed(choices, entry.getKey(), entry.getValue(), tooMuch));
    }

    /** Chunks so narrow that the rest fits, if their bytes at the peak are more than what is too much; else a quarter as wide. */
    private static List<Choice> narrowed(List<Choice> choices, Choice choice, long local, long tooMuch) {
        long fitting = local > tooMuch ? (long) ((double) choice.width() * (local - tooMuch) / local) : choice.width() / 4;
        var next = new ArrayList<>(choices);
        next.set(choices.indexOf(choice), new Choice(choice.value(), choice.dim(), Math.clamp(fitting, 1, choice.width() - 1)));
        return next;
    }

    private Optional<List<Choice>> added(List<Choice> choices, List<Candidate> candidates, Attempt before) {
        return candidates.stream().limit(TRIALS).map(candidate -> {
            var next = new ArrayList<>(choices);
            next.add(candidate.choice());
            return (List<Choice>) next;
        }).min(Comparator.<List<Choice>>comparingLong(next -> attempt(next).arenaBytes).thenComparingLong(next -> attempt(next).peak.sum()))
                .filter(next -> attempt(next).arenaBytes < before.arenaBytes || attempt(next).peak.sum() < before.peak.sum());
    }

    /**
     * @param gain bytes of the peak that would be there for one chunk at a time, less what would have to be there instead
     */
    private record Candidate(Choice choice, long gain) {}

    /** Best first; equal ones in the order of the text. */
    private List<Candidate> candidates(List<Choice> choices, Attempt attempt) {
        var chosen = new LinkedHashSet<Value>();
        choices.forEach(choice -> chosen.add(choice.value()));
        var stored = new LinkedHashSet<Value>();
        attempt.scheduled.buffers().values().forEach(stored::addAll);
        var candidates = new ArrayList<Candidate>();
        for (Function function : module.functions().values()) {
            var results = function.body().stream().filter(Op.Compute.class::isInstance).map(op -> op.results().getFirst())
                    .filter(value -> stored.contains(value) && !chosen.contains(value)).toList();
            for (Value value : results) {
                for (int dim = 0; dim < value.type().rank(); dim++) {
                    var choice = new Choice(value, dim, Math.ceilDiv(value.type().dims().get(dim).known(), FIRST_CHUNKS));
                    long gain = gain(function, choice, chosen, attempt, stored);
                    if (gain > 0 && choice.extent() > 1) {
                        candidates.add(new Candidate(choice, gain));
                    }
                }
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::gain).reversed());
        return candidates;
    }

    private static long gain(Function function, Choice choice, Set<Value> chosen, Attempt now, Set<Value> stored) {
        var region = Region.of(function, choice.value(), choice.dim(), chosen);
        if (region.isEmpty()) {
            return 0;
        }
        var given = new LinkedHashSet<>(function.arguments());
        long kept = Stream.concat(region.get().sliced().keys().stream(), region.get().whole().stream())
                .filter(value -> !stored.contains(value) && !given.contains(value)).mapToLong(value -> value.type().bytes()).sum();
        var inner = region.get().inner(choice.value());
        // A buffer may hold another value at the peak; the trial will tell.
        return now.bytesAtPeak(held -> held.stream().anyMatch(inner::contains)) - kept;
    }
}

/*
 * Note [The search]
 *
 * The budget is met when the arena of the real plan is small enough, with its kernels, layouts and offsets; estimates only choose what is tried. While
 * it is not, the step at which most is live says what to do: if chunks of some loop are most of what can be made smaller there, the chunks of
 * that loop become half as wide; otherwise values that are live there are computed in chunks together with what reads them. Of the loops that take most
 * off the peak a few are tried, and the one with the smallest arena stays. Loops only come in, and chunks only get narrower, so this ends; more memory
 * means a prefix of the same choices, so a plan for more memory has no more chunks than one for less.
 */
