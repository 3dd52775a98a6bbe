package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Believes a certificate only if everything in it comes out the same when it is computed again, in exact integers and without any
 * search: the plan's time and bytes, that the windows leave out no plan, each window's least weighted cost, and the bound.
 */
public final class CertificateChecker {
    private static final long NO_CHOICE = Certificate.Window.NO_CHOICE;

    private CertificateChecker() {}

    /** What is wrong, if anything is. */
    public static Optional<String> check(PlanningProblem problem, Certificate certificate) {
        try {
            require(certificate.problemHash().equals(ProblemText.hash(problem)), "it is about another problem");
            checkPlan(problem, certificate);
            checkWindows(problem, certificate);
            return Optional.empty();
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException refusal) {
            return Optional.of(String.valueOf(refusal.getMessage()));
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static void checkPlan(PlanningProblem problem, Certificate certificate) {
        var plan = certificate.plan();
        long[] copies = new long[problem.chain().size()];
        long time = problem.fixedTimePicos();
        long saved = 0;
        long peak = 0;
        List<Integer> given = List.of();
        int lastLink = 0;
        for (var run : plan.runs()) {
            var block = problem.block(problem.chain().get(run.link()));
            require(run.link() >= lastLink && run.count() > 0 && run.choices().length() == block.variables().size(), "a run is malformed");
            lastLink = run.link();
            copies[run.link()] = Math.addExact(copies[run.link()], run.count());
            IntStream.range(0, run.choices().length()).forEach(v -> Objects.checkIndex(run.choices().get(v), block.variables().get(v).size()));
            var in = block.in().stream().map(run.choices()::get).toList();
            require(in.equals(given), "copies do not agree at their boundary");
            given = block.out().stream().map(run.choices()::get).toList();
            require(run.count() == 1 || in.equals(given), "equal copies do not agree at their boundary");
            long[] cost = cost(block, run.choices().toArray());
            time = Math.addExact(time, Math.multiplyExact(run.count(), cost[0]));
            saved = Math.addExact(saved, Math.multiplyExact(run.count(), cost[1]));
            peak = Math.max(peak, Arrays.stream(cost).skip(2).max().orElse(0));
        }
        require(Arrays.equals(copies, problem.chain().stream().mapToLong(Link::count).toArray()), "the plan has not all copies");
        require(time == plan.timePicos(), "the plan's time is not what it says");
        require(Math.addExact(problem.fixedBytes(), Math.addExact(saved, peak)) == plan.bytes(), "the plan's bytes are not what it says");
        var said = plan.peak().orElse(new BlockPlan.Peak(0, 0, 0, saved, 0));
        require(said.savedBytes() == saved && said.transientBytes() == peak, "the plan's peak is not what it says");
        require(plan.peak().isEmpty() || transientBytes(problem, plan.runs(), said) == peak, "the plan's peak is not where it says");
        boolean fits = certificate.lowerBoundPicos() != Certificate.NOTHING_FITS;
        require(!fits || certificate.budgetBytes() == problem.budgetBytes(), "it is about another budget");
        require(fits == plan.bytes() <= certificate.budgetBytes(), "the plan's bytes do not agree with the budget");
    }

    private static long transientBytes(PlanningProblem problem, List<Run> runs, BlockPlan.Peak peak) {
        var run = runs.get(peak.run());
        var block = problem.block(problem.chain().get(run.link()));
        int before = block.regions().stream().limit(peak.region()).mapToInt(region -> region.instants().size()).sum();
        int within = Objects.checkIndex(peak.instant(), block.regions().get(peak.region()).instants().size());
        return cost(block, run.choices().toArray())[2 + before + within];
    }

    private static void checkWindows(PlanningProblem problem, Certificate certificate) {
        long capacity = certificate.budgetBytes() - problem.fixedBytes();
        boolean fits = certificate.lowerBoundPicos() != Certificate.NOTHING_FITS;
        long next = 0;
        long least = fits ? certificate.plan().timePicos() - problem.fixedTimePicos() : Certificate.NOTHING_FITS;
        for (var window : certificate.windows()) {
            require(window.fromBytes() == next && window.toBytes() >= window.fromBytes(), "the windows leave a gap");
            require(window.timeWeight() >= 0 && window.byteWeight() >= 0 && window.granule() > 0, "a weight or a granule is negative");
            require(window.watched().size() == problem.blocks().size(), "a block is missing in a window");
            next = Math.addExact(window.toBytes(), 1);
            require(bound(problem, window, capacity - window.fromBytes()) == window.boundPicos(), "a window's bound does not follow");
            least = Math.min(least, window.boundPicos());
        }
        require(next > capacity, "the windows end too early");
        require(certificate.lowerBoundPicos() == (fits ? least + problem.fixedTimePicos() : least), "the bound does not follow");
    }

    /** For the time of the plans in a window, without the fixed time. */
    private static long bound(PlanningProblem problem, Certificate.Window window, long savedLimit) {
        var matrices = new ArrayList<long[][]>();
        for (int block = 0; block < problem.blocks().size(); block++) {
            matrices.add(new Elimination(problem.blocks().get(block), window, window.watched().get(block)).matrix());
        }
        long[] costs = {0};
        for (var link : problem.chain()) {
            for (long copy = 0; copy < link.count(); copy++) {
                costs = behind(costs, matrices.get(link.block()));
            }
        }
        require(costs[0] == window.value(), "a window's least cost is not what it says");
        require(costs[0] < NO_CHOICE || window.timeWeight() + window.byteWeight() <= 1, "the weights alone are too large");
        if (window.value() == NO_CHOICE || savedLimit < 0) {
            return Certificate.NOTHING_FITS;
        }
        long rest = Math.subtractExact(window.value(), Math.multiplyExact(window.byteWeight(), savedLimit));
        return rest <= 0 ? 0 : window.timeWeight() == 0 ? Certificate.NOTHING_FITS : Math.ceilDiv(rest, window.timeWeight());
    }

    private static long[] behind(long[] costs, long[][] matrix) {
        long[] behind = new long[matrix[0].length];
        Arrays.fill(behind, NO_CHOICE);
        for (int in = 0; in < costs.length; in++) {
            for (int out = 0; out < behind.length; out++) {
                if (costs[in] != NO_CHOICE && matrix[in][out] >= 0) {
                    behind[out] = Math.min(behind[out], Math.addExact(costs[in], matrix[in][out]));
                }
            }
        }
        return behind;
    }

    /** Time, saved bytes, and the bytes at every instant of a block. */
    private static long[] cost(Block block, int[] choices) {
        long[] sums = new long[2 + block.instants()];
        forEach(block, (factor, first) -> add(sums, factor, block.state(factor.scope(), choices), first));
        require(sums[0] != Factor.FORBIDDEN, "a choice does not exist");
        return sums;
    }

    /** With where the instants of its region stand in sums. */
    private static void forEach(Block block, BiConsumer<Factor, Integer> action) {
        int first = 2;
        for (var region : block.regions()) {
            int at = first;
            region.factors().forEach(factor -> action.accept(factor, at));
            first += region.instants().size();
        }
    }

    private static void add(long[] sums, Factor factor, int entry, int first) {
        boolean exists = sums[0] != Factor.FORBIDDEN && Factor.at(factor.timePicos(), entry) != Factor.FORBIDDEN;
        sums[0] = exists ? Math.addExact(sums[0], Factor.at(factor.timePicos(), entry)) : Factor.FORBIDDEN;
        sums[1] = Math.addExact(sums[1], Factor.at(factor.savedBytes(), entry));
        for (int i = 0; i < factor.transientBytes().size(); i++) {
            sums[first + i] = Math.addExact(sums[first + i], Factor.at(factor.transientBytes().get(i), entry));
        }
    }

    private static long product(long weight, long amount) {
        return Math.multiplyHigh(weight, amount) != 0 || weight * amount < 0 ? NO_CHOICE : Math.min(NO_CHOICE, weight * amount);
    }

    private static void spread(Block block, List<Integer> scope, int index, int[] choices) {
        for (int i = scope.size() - 1, rest = index; i >= 0; rest /= block.variables().get(scope.get(i--)).size()) {
            choices[scope.get(i)] = rest % block.variables().get(scope.get(i)).size();
        }
    }

    /**
     * The least weighted costs of one copy of a block below a window's cap, by eliminating variables. A cell of a table has labels: a
     * cost, and the bytes so far at each watched instant, as long as what is still to be added can make them pass the cap.
     */
    private record Elimination(Block block, Certificate.Window window, List<Integer> watched) {
        /** @param range by watched instant: the least and the most that the labels add */
        private record Table(List<Integer> scope, List<List<long[]>> cells, long[][] range) {}

        long[][] matrix() {
            var tables = given();
            var boundary = Stream.concat(block.in().stream(), block.out().stream()).distinct().sorted().toList();
            var sizes = new TreeMap<Integer, Long>();
            IntStream.range(0, block.variables().size()).forEach(v -> sizes.put(v, size(scopeWithout(tables, v))));
            sizes.keySet().removeAll(boundary);
            while (!sizes.isEmpty()) {
                int next = sizes.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
                var inputs = tables.stream().filter(table -> table.scope.contains(next)).toList();
                tables.removeAll(inputs);
                tables.add(join(List.of(next), scopeWithout(inputs, next), inputs, tables));
                sizes.remove(next);
                tables.getLast().scope.forEach(v -> sizes.computeIfPresent(v, (_, _) -> size(scopeWithout(tables, v))));
            }
            var last = join(List.of(), boundary, tables, List.of());
            long[][] matrix = new long[block.inStates()][block.outStates()];
            int[] choices = new int[block.variables().size()];
            Stream.of(matrix).forEach(row -> Arrays.fill(row, -1));
            for (int cell = 0; cell < last.cells.size(); cell++) {
                spread(block, boundary, cell, choices);
                var labels = last.cells.get(cell);
                matrix[block.state(block.in(), choices)][block.state(block.out(), choices)] = labels.isEmpty() ? -1 : labels.getFirst()[0];
            }
            return matrix;
        }

        /** Factors of the same variables as one table each. */
        private List<Table> given() {
            var byScope = new LinkedHashMap<List<Integer>, List<long[]>>();
            int[] choices = new int[block.variables().size()];
            forEach(block, (factor, first) -> {
                var scope = factor.scope().stream().sorted().toList();
                var sums = byScope.computeIfAbsent(scope, _ -> Stream.generate(() -> new long[2 + block.instants()]).limit(size(scope)).toList());
                for (int cell = 0; cell < sums.size(); cell++) {
                    spread(block, scope, cell, choices);
                    add(sums.get(cell), factor, block.state(factor.scope(), choices), first);
                }
            });
            return new ArrayList<>(byScope.entrySet().stream().map(entry -> table(entry.getKey(), entry.getValue())).toList());
        }

        /** With whole granules of what a cell adds to a watched instant beyond the least that exists. */
        private Table table(List<Integer> scope, List<long[]> sums) {
            long[] least = watched.stream().mapToLong(at -> sums.stream().filter(sum -> sum[0] != Factor.FORBIDDEN).mapToLong(sum -> sum[2 + at])
                    .min().orElse(0)).toArray();
            var cells = sums.stream().map(sum -> {
                long cost = product(window.timeWeight(), sum[0]) + product(window.byteWeight(), sum[1]);
                long[] label = LongStream.concat(LongStream.of(cost), IntStream.range(0, least.length).mapToLong(i ->
                        least[i] + (sum[2 + watched.get(i)] - least[i]) / window.granule() * window.granule())).toArray();
                return sum[0] == Factor.FORBIDDEN || cost >= NO_CHOICE ? List.<long[]>of() : List.of(label);
            }).toList();
            return new Table(scope, cells, range(cells));
        }

        private Table join(List<Integer> eliminated, List<Integer> scope, List<Table> inputs, List<Table> others) {
            long[][] rest = IntStream.range(0, watched.size()).mapToObj(i -> new long[]{
                    others.stream().mapToLong(table -> table.range[i][0]).sum(),
                    others.stream().mapToLong(table -> table.range[i][1]).sum()}).toArray(long[][]::new);
            int[] choices = new int[block.variables().size()];
            var cells = new ArrayList<List<long[]>>();
            for (int cell = 0; cell < size(scope); cell++) {
                spread(block, scope, cell, choices);
                var labels = new ArrayList<long[]>();
                for (int option = 0; option < size(eliminated); option++) {
                    spread(block, eliminated, option, choices);
                    labels.addAll(sums(inputs, choices, rest));
                }
                cells.add(withoutWorse(labels));
            }
            return new Table(scope, cells, range(cells));
        }

        private List<long[]> sums(List<Table> inputs, int[] choices, long[][] rest) {
            List<long[]> sums = List.of(new long[1 + watched.size()]);
            for (var input : inputs) {
                var before = sums;
                sums = input.cells.get(block.state(input.scope, choices)).stream().flatMap(label -> before.stream()
                        .map(sum -> IntStream.range(0, label.length).mapToLong(i -> Math.addExact(sum[i], label[i])).toArray())
                        .filter(sum -> sum[0] < NO_CHOICE)).toList();
            }
            return sums.stream().filter(sum -> staysBelow(sum, rest)).toList();
        }

        /** Whether the cap can be kept. Bytes that cannot pass it any more count as none. */
        private boolean staysBelow(long[] sum, long[][] rest) {
            boolean stays = true;
            for (int i = 0; i < rest.length; i++) {
                stays &= sum[1 + i] + rest[i][0] <= window.toBytes();
                sum[1 + i] = sum[1 + i] + rest[i][1] <= window.toBytes() ? 0 : sum[1 + i];
            }
            return stays;
        }

        private static List<long[]> withoutWorse(List<long[]> labels) {
            labels.sort(Arrays::compare);
            var kept = new ArrayList<long[]>();
            labels.stream().filter(label -> kept.stream().noneMatch(other -> IntStream.range(0, label.length)
                    .allMatch(i -> other[i] <= label[i]))).forEachOrdered(kept::add);
            return kept;
        }

        private long[][] range(List<List<long[]>> cells) {
            return IntStream.rangeClosed(1, watched.size()).mapToObj(i -> {
                var bytes = cells.stream().flatMap(List::stream).mapToLong(label -> label[i]).summaryStatistics();
                return bytes.getCount() == 0 ? new long[2] : new long[]{bytes.getMin(), bytes.getMax()};
            }).toArray(long[][]::new);
        }

        private static List<Integer> scopeWithout(List<Table> tables, int variable) {
            return tables.stream().map(Table::scope).filter(scope -> scope.contains(variable)).flatMap(List::stream)
                    .filter(v -> v != variable).distinct().sorted().toList();
        }

        private long size(List<Integer> scope) {
            return scope.stream().mapToLong(v -> block.variables().get(v).size()).reduce(1, (a, b) -> Math.min(a * b, NO_CHOICE >> 8));
        }
    }
}
