package pleat.passes.space;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Value;
import pleat.passes.grad.CollectiveAdjoint;
import pleat.passes.planner.Run;
import pleat.passes.shard.Form;
import pleat.passes.shard.Needs;
import pleat.passes.shard.Reshard;
import pleat.passes.space.ShardPlans.Shardings;

/**
 * What devices exchange in a step that is spread, kept and computed again as a plan says: the collectives of their programs, found without writing those. See
 * Note [What is exchanged when].
 */
final class Exchanges {
    private final Outcome.Found found;
    private final Mesh mesh;
    private final Shardings shardings;
    private final SentBytes sent;
    private final Set<Outside> outside = new LinkedHashSet<>();
    private long forward;

    /** What is done once in front of all copies. */
    private record Outside(Value value, int run, Form form) {}

    /** What is sent on the way back; where two values have one adjoint it is sent once. */
    private record Back(SameAdjoints.Held source, Transfer transfer) {}

    private Exchanges(Outcome.Found found) {
        this.found = found;
        this.mesh = ShardPlans.mesh(found.space().options().pricing().ranks());
        this.shardings = new Shardings(mesh);
        this.sent = new SentBytes(mesh, found.space().options().pricing().prices().storage());
    }

    static Exchanges of(Outcome.Found found) {
        var exchanges = new Exchanges(found);
        for (int r = 0; r < found.plan().runs().size(); r++) {
            exchanges.new OfRun(r).add();
        }
        exchanges.partsOfStacks();
        return exchanges;
    }

    /** Of the device that sends most. */
    long mostBytes() {
        return sent.mostBytes();
    }

    /** Collectives of all forward passes. */
    long forward() {
        return forward;
    }

    /** Where runs of copies want a stack of weights in different blocks, it lies whole, and the gradients of what each run reads of it are gathered. */
    private void partsOfStacks() {
        var lies = new LinkedHashMap<Value, Map<Integer, Sharding>>();
        for (int r = 0; r < found.plan().runs().size(); r++) {
            var run = new OfRun(r);
            if (run.block.facts().isRepeated()) {
                run.weightsRead().forEach(weight -> lies.computeIfAbsent(weight, _ -> new LinkedHashMap<>()).put(run.number, run.lies(weight)));
            }
        }
        lies.forEach((weight, byRun) -> {
            if (byRun.values().stream().distinct().count() > 1) {
                byRun.forEach((run, sharding) -> sharding.splits().forEach(split -> sent.add(new SentBytes.Exchange(new Transfer.AllGather(split, true), Form.kept(sharding),
                        weight.type(), found.plan().runs().get(run).count(), 1))));
            }
        });
    }

    /** A form that a value is brought into, and what the way back does about it. */
    private static final class Use {
        private final Reshard.Step step;
        private final Form before;
        private final boolean isOutside;
        private boolean flows;
        private boolean again;

        Use(Reshard.Step step, Form before, boolean isOutside) {
            this.step = step;
            this.before = before;
            this.isOutside = isOutside;
        }
    }

    /** Copies of a block that choose alike. */
    private final class OfRun {
        private final int number;
        private final Run run;
        private final SegmentBlock block;
        private final SegmentFacts facts;
        private final StatePolicy state;
        private final Map<Value, Integer> makers;
        private final Map<Value, Sharding> made = new LinkedHashMap<>();
        private final Map<Value, Map<Form, Use>> uses = new LinkedHashMap<>();
        private final SameAdjoints adjoints = new SameAdjoints(this::base);
        private final Set<Back> sentBack = new LinkedHashSet<>();

        OfRun(int number) {
            this.number = number;
            this.run = found.plan().runs().get(number);
            this.block = found.block(run);
            this.facts = block.facts();
            this.state = found.space().options().state();
            this.makers = facts.makers();
        }

        void add() {
            for (int c = 0; c < facts.clusters().size(); c++) {
                var strategy = block.choice(run, c).strategy();
                facts.clusters().get(c).results().forEach(value -> made.put(value, shardings.of(strategy.of(value))));
            }
            for (int c = 0; c < facts.clusters().size(); c++) {
                for (int m = 0; m < facts.clusters().get(c).members().size(); m++) {
                    op(c, m);
                }
            }
            for (int h = 0; h < block.boundaries().handed().size(); h++) {
                var value = facts.segment().handed().get(h);
                if (makers.containsKey(value)) {
                    var form = Form.kept(shardings.of(block.boundaryLayout(run, block.boundaries().handed().get(h))));
                    use(value, form, facts.segment().active().contains(value), false);
                    adjoints.add(value, form, Optional.empty());
                }
            }
            uses.forEach((value, forms) -> forms.values().stream().filter(use -> use.flows).forEach(use -> adjoints.add(value, use.before, Optional.empty())));
            uses.forEach((value, forms) -> forms.values().forEach(use -> exchange(value, use)));
        }

        private void op(int c, int m) {
            var member = facts.clusters().get(c).members().get(m);
            var strategy = block.choice(run, c).strategy();
            var needs = Needs.of(member.op(), shardings.cuts(strategy, member), mesh).orThrow();
            var back = facts.backs().get(c).steps().stream().filter(step -> step.member() == m).toList();
            boolean runsAgain = facts.training() && facts.again(c, block.choice(run, c).keep()).contains(m);
            for (int o = 0; o < member.op().operands().size(); o++) {
                var operand = member.op().operands().get(o);
                var gradients = back.stream().filter(step -> step.gradientOf() == operand).toList();
                use(operand, needs.operands().get(o), !gradients.isEmpty(), runsAgain || facts.training() && back.stream().anyMatch(step -> step.reads().contains(operand)));
                var form = needs.operands().get(o).of(operand.type());
                gradients.forEach(step -> adjoints.add(operand, form, step.copies() && needs.partials().isEmpty() ? Optional.of(member.result()) : Optional.empty()));
            }
            combine(member.result(), strategy, needs, runsAgain);
        }

        private void combine(Value result, Strategy strategy, Needs needs, boolean runsAgain) {
            var reached = needs.result();
            for (var partial : needs.partials()) {
                var kept = partial.scatter(made.get(result), reached);
                Transfer transfer = partial.combining(kept);
                forward(new SentBytes.Exchange(transfer, Form.kept(reached), result.type(), 1, run.count()), runsAgain);
                var after = kept.map(reached::with).orElse(reached);
                if (facts.segment().active().contains(result)) {
                    back(transfer, Form.kept(after), result, 1, run.count());
                }
                reached = after;
            }
        }

        /**
         * @param flows whether the reader has a gradient for it
         * @param again whether the way back reads it
         */
        private void use(Value value, Form form, boolean flows, boolean again) {
            var at = Form.kept(base(value));
            boolean isOutside = !makers.containsKey(value) && !facts.segment().given().contains(value) && !made.containsKey(value);
            var path = new ArrayList<Use>();
            for (Reshard.Step step : Reshard.path(mesh, at, form.of(value.type()))) {
                var before = at;
                isOutside &= step.transfer() instanceof Transfer.Vary || step.transfer() instanceof Transfer.Slice;
                boolean once = isOutside;
                path.add(uses.computeIfAbsent(value, _ -> new LinkedHashMap<>()).computeIfAbsent(step.after(), _ -> new Use(step, before, once)));
                at = step.after();
            }
            boolean isMissing = again;
            for (Use use : path.reversed()) {
                isMissing &= !isKept(value, use.step.after());
                use.again |= isMissing;
                use.flows |= flows;
            }
        }

        private boolean isKept(Value value, Form form) {
            return form.wide().isEmpty() && block.copyOptions().variables().containsKey(value) && block.copies(run, value).copies().stream()
                    .anyMatch(copy -> copy.state() == Copies.State.KEPT && shardings.of(copy.layout()).equals(form.sharding()));
        }

        private Sharding base(Value value) {
            int given = facts.segment().given().indexOf(value);
            if (given >= 0) {
                return shardings.of(block.boundaryLayout(run, block.boundaries().given().get(given)));
            }
            return made.containsKey(value) ? made.get(value) : facts.segment().weights().contains(value) ? lies(value) : Sharding.WHOLE;
        }

        Set<Value> weightsRead() {
            var weights = new LinkedHashSet<Value>();
            IntStream.range(0, block.choices().size()).forEach(c -> block.choice(run, c).strategy().lies().keySet().stream()
                    .filter(facts.segment().weights()::contains).forEach(weights::add));
            return weights;
        }

        /** As the first that reads it wants it, and what all would have is spread if the state is. */
        Sharding lies(Value weight) {
            var lies = IntStream.range(0, block.choices().size()).mapToObj(c -> block.choice(run, c).strategy()).filter(strategy -> strategy.lies().containsKey(weight))
                    .findFirst().map(strategy -> shardings.of(strategy.of(weight))).orElse(Sharding.WHOLE);
            return state.shared() ? SpreadWeights.spread(mesh, weight.type().shape(), lies, 0) : lies;
        }

        private void exchange(Value value, Use use) {
            if (!use.isOutside) {
                forward(new SentBytes.Exchange(use.step.transfer(), use.before, value.type(), 1, run.count()), use.again);
                if (use.flows && sentBack.add(new Back(adjoints.source(value, use.step.after()), use.step.transfer()))) {
                    back(use.step.transfer(), use.step.after(), value, 1, run.count());
                }
            } else if (use.flows && outside.add(new Outside(value, facts.isRepeated() ? number : -1, use.step.after()))) {
                back(use.step.transfer(), use.step.after(), value, run.count(), 1);
            }
        }

        private void forward(SentBytes.Exchange exchange, boolean again) {
            if (sent.add(exchange)) {
                forward += run.count();
            }
            if (again) {
                sent.add(exchange);
            }
        }

        private void back(Transfer transfer, Form after, Value value, long stacked, long times) {
            if (facts.training()) {
                CollectiveAdjoint.of(transfer).ifPresent(adjoint -> sent.add(new SentBytes.Exchange(adjoint, after, value.type(), stacked, times)));
            }
        }
    }
}

/*
 * Note [What is exchanged when]
 *
 * As in `FunctionLowering` a value is brought from where it lies into each form that an op needs once, whoever needs it. The way back has an exchange for each of those through which a gradient
 * flows, and does the forward one again if it reads the form and has not kept it: if an adjoint equation reads it, or an op that runs again.
 *
 * What a repetition is given is sliced, or used for a part of the work, in front of it: of a stack of weights the gradients are combined at once.
 */
