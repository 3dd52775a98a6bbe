package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;
import pleat.passes.planner.Block;
import pleat.passes.planner.Factor;
import pleat.passes.planner.Region;
import pleat.passes.planner.Variable;
import pleat.passes.space.SegmentBlock.Choice;

/**
 * Writes a segment as a block: variables for the split and the kept values of each cluster, for how each value lies and in which further
 * layouts it is brought, and for the boundaries.
 */
final class BlockBuilder {
    /** How a value lies when its cluster is done, and whether the way back has it. */
    private record Lying(Layout layout, boolean provided) {}

    /** How a reader wants a value, and whether it wants it on the way back too. */
    private record Want(Layout layout, boolean back) {}

    private final SegmentFacts facts;
    private final SpaceOptions options;
    private final ClusterCosts costs;
    private final ReshardCosts reshards;
    private final List<Variable> variables = new ArrayList<>();
    private final List<ImmutableList<Choice>> choices = new ArrayList<>();
    private final List<ImmutableList<Integer>> clusterVariables = new ArrayList<>();
    private final Map<Value, Integer> lyingVariables = new LinkedHashMap<>();
    private final Map<Value, ImmutableList<Lying>> lying = new LinkedHashMap<>();
    private final Map<Value, Integer> copyVariables = new LinkedHashMap<>();
    private final Map<Value, ImmutableList<Copies>> copies = new LinkedHashMap<>();
    private final Map<Integer, ImmutableList<Layout>> boundaryLayouts = new LinkedHashMap<>();
    private final List<List<Factor>> factors = new ArrayList<>();

    private final boolean isLast;

    private BlockBuilder(SegmentFacts facts, SpaceOptions options, boolean isLast) {
        this.facts = facts;
        this.isLast = isLast;
        this.options = options;
        this.costs = new ClusterCosts(facts, options);
        this.reshards = new ReshardCosts(options.pricing(), facts.segment().active());
    }

    /** @param isLast whether nobody asks how the results lie */
    static SegmentBlock of(SegmentFacts facts, SpaceOptions options, boolean isLast) {
        return new BlockBuilder(facts, options, isLast).build();
    }

    private Ranks ranks() {
        return options.pricing().ranks();
    }

    private SegmentBlock build() {
        var regions = facts.regionClusters();
        IntStream.range(0, Math.max(1, regions.size())).forEach(_ -> factors.add(new ArrayList<>()));
        var given = facts.segment().given().stream().map(this::given).collect(ImmutableList.toImmutableList());
        IntStream.range(0, facts.clusters().size()).forEach(this::cluster);
        facts.makers().forEach(this::lying);
        movingValues().forEach(this::copies);
        for (int r = 0; r < regions.size(); r++) {
            region(r, regions.get(r));
        }
        var handed = isLast ? ImmutableList.<Integer>of() : IntStream.range(0, facts.segment().handed().size())
                .mapToObj(h -> handed(h, given)).collect(ImmutableList.toImmutableList());
        var built = ImmutableList.<Region>builder();
        for (int r = 0; r < factors.size(); r++) {
            String name = regions.isEmpty() ? facts.segment().name() : facts.clusters().get(regions.get(r).getLast()).name();
            built.add(new Region(name, List.of(facts.training() ? "backward" : "forward"), factors.get(r)));
        }
        var block = new Block(facts.segment().name(), variables, built.build(), given, handed);
        return new SegmentBlock(facts, block, ImmutableList.copyOf(clusterVariables), ImmutableList.copyOf(choices),
                new SegmentBlock.CopyOptions(ImmutableMap.copyOf(copyVariables), ImmutableMap.copyOf(copies)),
                new SegmentBlock.Boundaries(given, handed, ImmutableMap.copyOf(boundaryLayouts)));
    }

    private int variable(String name, List<?> meanings) {
        variables.add(new Variable(name, meanings.stream().map(Object::toString).toList()));
        return variables.size() - 1;
    }

    private int boundary(String name, Value value) {
        var layouts = BoundaryLayouts.of(value.type(), ranks());
        int variable = variable(name, layouts);
        boundaryLayouts.put(variable, layouts);
        return variable;
    }

    /** What a copy starts from is kept for its way back. */
    private int given(Value value) {
        int variable = boundary("given " + value.name(), value);
        new PinRefusal(options.pins(), ranks()).ofGiven(value, boundaryLayouts.get(variable)).ifPresent(refusal -> {
            throw new NoSuchPlan(refusal);
        });
        var lies = boundaryLayouts.get(variable).stream().map(layout -> new Lying(layout, true)).collect(ImmutableList.toImmutableList());
        lyingVariables.put(value, variable);
        lying.put(value, lies);
        var tables = new Tables(List.of(variable), lies.size());
        lies.forEach(lie -> tables.add(options.holdsGiven(value, lie.layout()) ? 0 : Factor.FORBIDDEN,
                facts.training() ? options.pricing().bytes(value, lie.layout()) : 0, 0));
        add(0, tables, 0);
        return variable;
    }

    private void cluster(int c) {
        var cluster = facts.clusters().get(c);
        var possible = Strategies.of(facts.segment(), cluster, ranks(), options.allowed());
        var strategies = options.of(cluster, possible);
        if (strategies.isEmpty()) {
            throw new NoSuchPlan(new PinRefusal(options.pins(), ranks()).of(cluster, possible));
        }
        var all = strategies.stream().flatMap(strategy -> facts.keeps().get(c).stream().map(keep -> new Choice(strategy, keep)))
                .collect(ImmutableList.toImmutableList());
        choices.add(all);
        var split = variable(cluster.name() + " split", strategies.stream().map(strategy -> strategy.text(cluster)).toList());
        clusterVariables.add(facts.keeps().get(c).size() == 1 ? ImmutableList.of(split)
                : ImmutableList.of(split, variable(cluster.name() + " keeps", facts.keeps().get(c).stream().map(KeepOption::text).toList())));
    }

    private Lying lying(Choice choice, Value value) {
        return new Lying(choice.strategy().of(value), choice.keep().provides().contains(value));
    }

    private void lying(Value value, int maker) {
        var all = choices.get(maker).stream().map(choice -> lying(choice, value)).distinct().collect(ImmutableList.toImmutableList());
        lyingVariables.put(value, variable(value.name() + " lies", all));
        lying.put(value, all);
    }

    private Set<Value> movingValues() {
        var values = new LinkedHashSet<Value>();
        facts.clusters().forEach(cluster -> values.addAll(cluster.moving()));
        return values;
    }

    private void copies(Value value) {
        var layouts = new LinkedHashSet<Layout>();
        var states = EnumSet.noneOf(Copies.State.class);
        for (int reader : facts.readers(value)) {
            for (var choice : choices.get(reader)) {
                layouts.add(choice.strategy().of(value));
                if (choice.keep().needs().contains(value)) {
                    states.add(Copies.State.AGAIN);
                    states.add(Copies.State.KEPT);
                } else {
                    states.add(Copies.State.ABSENT);
                }
            }
        }
        var all = Copies.all(List.copyOf(layouts), states, ranks().axes() == 1 && facts.readers(value).size() > 1);
        copies.put(value, all);
        copyVariables.put(value, variable(value.name() + " copies", all));
    }

    private void region(int region, List<Integer> members) {
        int heaviest = costs.heaviest(members);
        for (int c : members) {
            var tables = new Tables(clusterVariables.get(c), choices.get(c).size());
            for (var choice : choices.get(c)) {
                tables.add(costs.picos(c, choice), costs.savedBytes(c, choice), costs.transientBytes(c, choice, c == heaviest));
            }
            add(region, tables, 0);
            for (Value output : facts.clusters().get(c).outputs()) {
                link(region, c, output);
            }
        }
        for (Value value : movingValues()) {
            var readers = facts.readers(value).stream().filter(members::contains).toList();
            if (!readers.isEmpty() && readers.getFirst().equals(facts.readers(value).getFirst())) {
                bring(region, value);
            }
            readers.forEach(reader -> serve(region, value, reader));
        }
        streams(region, members);
    }

    private static List<Integer> scope(List<Integer> cluster, Integer... others) {
        return ImmutableList.<Integer>builder().addAll(cluster).add(others).build();
    }

    private void link(int region, int maker, Value output) {
        var lies = lying.get(output);
        var tables = new Tables(scope(clusterVariables.get(maker), lyingVariables.get(output)), choices.get(maker).size() * lies.size());
        for (var choice : choices.get(maker)) {
            allow(tables, lies, lying(choice, output));
        }
        add(region, tables, 0);
    }

    /** One row: only the option that a choice comes with. */
    private static <T> void allow(Tables tables, List<T> options, T own) {
        int at = options.indexOf(own);
        for (int option = 0; option < options.size(); option++) {
            tables.allow(option == at);
        }
    }

    /** The price of the copies of a value. */
    private void bring(int region, Value value) {
        var tables = new Tables(List.of(lyingVariables.get(value), copyVariables.get(value)), lying.get(value).size() * copies.get(value).size());
        for (var lie : lying.get(value)) {
            var ways = new LinkedHashMap<Layout, Optional<ReshardCosts.Way>>();
            for (var option : copies.get(value)) {
                option.copies().forEach(copy -> ways.computeIfAbsent(copy.layout(), to -> reshards.way(value, lie.layout(), to)));
                ReshardCosts.add(tables, ways, lie.provided(), option);
            }
        }
        add(region, tables, 0);
    }

    /**
     * A reader finds a value as it wants it. What it wants is a variable of its own: it is much less than how the reader is split and what
     * it keeps, and the copies depend on nothing else of the reader.
     */
    private void serve(int region, Value value, int reader) {
        var wants = choices.get(reader).stream().map(choice -> want(choice, value)).distinct().collect(ImmutableList.toImmutableList());
        int variable = variable(facts.clusters().get(reader).name() + " wants " + value.name(), wants);
        var made = new Tables(scope(clusterVariables.get(reader), variable), choices.get(reader).size() * wants.size());
        for (var choice : choices.get(reader)) {
            allow(made, wants, want(choice, value));
        }
        add(region, made, 0);
        var lies = lying.get(value);
        var served = new Tables(List.of(lyingVariables.get(value), copyVariables.get(value), variable),
                lies.size() * copies.get(value).size() * wants.size());
        var brought = copies.get(value).stream().map(option -> meets(wants, want -> option.serves(want.layout(), want.back(), ranks()))).toList();
        for (var lie : lies) {
            var asMade = meets(wants, want -> Resharding.serves(lie.layout(), want.layout(), ranks()));
            for (var option : brought) {
                for (int want = 0; want < wants.size(); want++) {
                    served.allow(asMade.get(want) ? !wants.get(want).back() || lie.provided() : option.get(want));
                }
            }
        }
        add(region, served, 0);
    }

    private static BitSet meets(List<Want> wants, Predicate<Want> condition) {
        return IntStream.range(0, wants.size()).filter(want -> condition.test(wants.get(want))).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    private static Want want(Choice choice, Value value) {
        return new Want(choice.strategy().of(value), choice.keep().needs().contains(value));
    }

    /** Values that cross a region, or their adjoints on the way back, are there all the time. */
    private void streams(int region, List<Integer> members) {
        for (Value value : lyingVariables.keySet()) {
            if (facts.crosses(value, members)) {
                var tables = new Tables(List.of(lyingVariables.get(value)), lying.get(value).size());
                lying.get(value).forEach(lie -> tables.add(0, 0, options.pricing().bytes(value, lie.layout())));
                add(region, tables, 0);
            }
        }
    }

    /** What a repetition carries lies alike before and after every copy. */
    private int handed(int position, ImmutableList<Integer> given) {
        var value = facts.segment().handed().get(position);
        if (!facts.makers().containsKey(value) && lyingVariables.containsKey(value)) {
            return lyingVariables.get(value);
        }
        int variable = facts.isRepeated() ? given.get(position) : boundary("handed " + value.name(), value);
        if (facts.makers().containsKey(value)) {
            var tables = new Tables(List.of(lyingVariables.get(value), variable), lying.get(value).size() * boundaryLayouts.get(variable).size());
            for (var lie : lying.get(value)) {
                for (var layout : boundaryLayouts.get(variable)) {
                    tables.add(reshards.handPicos(value, lie.layout(), layout), 0, 0);
                }
            }
            add(factors.size() - 1, tables, 0);
        }
        return variable;
    }

    private void add(int region, Tables tables, int instant) {
        if (!tables.isZero()) {
            factors.get(region).add(tables.factor(1, instant));
        }
    }
}
