package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries every choice of every copy. Knows nothing of the search but the records that it is given. */
final class ExhaustiveSearch {
    /** Least time within the budget, if there is a plan, and the least bytes of any plan. */
    record Answer(Optional<Long> timePicos, Optional<Long> leastBytes) {}

    private record Choice(List<Integer> in, List<Integer> out, long time, long saved, long peak) {}

    private final PlanningProblem problem;
    private final List<List<Choice>> copies = new ArrayList<>();
    private long leastTime = Long.MAX_VALUE;
    private long leastBytes = Long.MAX_VALUE;

    private ExhaustiveSearch(PlanningProblem problem) {
        this.problem = problem;
        for (var link : problem.chain()) {
            for (long copy = 0; copy < link.count(); copy++) {
                copies.add(choices(problem.block(link)));
            }
        }
    }

    static Answer solve(PlanningProblem problem) {
        var search = new ExhaustiveSearch(problem);
        search.descend(0, List.of(), problem.fixedTimePicos(), problem.fixedBytes(), 0);
        return new Answer(optional(search.leastTime), optional(search.leastBytes));
    }

    private static Optional<Long> optional(long least) {
        return least == Long.MAX_VALUE ? Optional.empty() : Optional.of(least);
    }

    private void descend(int copy, List<Integer> given, long time, long saved, long peak) {
        if (copy == copies.size()) {
            leastBytes = Math.min(leastBytes, saved + peak);
            if (saved + peak <= problem.budgetBytes()) {
                leastTime = Math.min(leastTime, time);
            }
            return;
        }
        for (var choice : copies.get(copy)) {
            if (choice.in.equals(given)) {
                descend(copy + 1, choice.out, time + choice.time, saved + choice.saved, Math.max(peak, choice.peak));
            }
        }
    }

    private static List<Choice> choices(Block block) {
        var all = new ArrayList<Choice>();
        int[] options = new int[block.variables().size()];
        do {
            choice(block, options).ifPresent(all::add);
        } while (advance(block, options));
        return withoutCopies(all);
    }

    /** Equal boundary and nothing better: left out, or the tree of all copies would be too large to try. */
    private static List<Choice> withoutCopies(List<Choice> all) {
        var kept = new ArrayList<Choice>();
        for (var choice : all) {
            if (kept.stream().noneMatch(other -> noWorse(other, choice))) {
                kept.removeIf(other -> noWorse(choice, other));
                kept.add(choice);
            }
        }
        return kept;
    }

    private static boolean noWorse(Choice a, Choice b) {
        return a.in.equals(b.in) && a.out.equals(b.out) && a.time <= b.time && a.saved <= b.saved && a.peak <= b.peak;
    }

    private static boolean advance(Block block, int[] options) {
        for (int i = 0; i < options.length; i++) {
            if (++options[i] < block.variables().get(i).size()) {
                return true;
            }
            options[i] = 0;
        }
        return false;
    }

    private static Optional<Choice> choice(Block block, int[] options) {
        long time = 0;
        long saved = 0;
        long peak = 0;
        for (var region : block.regions()) {
            long[] live = new long[region.instants().size()];
            for (var factor : region.factors()) {
                int cell = 0;
                for (int variable : factor.scope()) {
                    cell = cell * block.variables().get(variable).size() + options[variable];
                }
                long added = factor.timePicos().isEmpty() ? 0 : factor.timePicos().get(cell);
                if (added == Factor.FORBIDDEN) {
                    return Optional.empty();
                }
                time += added;
                saved += factor.savedBytes().isEmpty() ? 0 : factor.savedBytes().get(cell);
                for (int i = 0; i < live.length; i++) {
                    var bytes = factor.transientBytes().get(i);
                    live[i] += bytes.isEmpty() ? 0 : bytes.get(cell);
                }
            }
            for (long bytes : live) {
                peak = Math.max(peak, bytes);
            }
        }
        var in = block.in().stream().map(variable -> options[variable]).toList();
        var out = block.out().stream().map(variable -> options[variable]).toList();
        return Optional.of(new Choice(in, out, time, saved, peak));
    }
}
