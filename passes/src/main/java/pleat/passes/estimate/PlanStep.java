package pleat.passes.estimate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.plan.Pattern;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.type.TensorType;
import pleat.passes.estimate.Moment.Stream;
import pleat.passes.machine.Family;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;

/**
 * A plan of one device as Pleat runs it: launches one after the other, and exchanges beside them from where they start to where they are awaited. Where
 * {@linkplain pleat.passes.machine.Timed kernels were timed}, a device does its exchanges itself.
 */
public final class PlanStep {
    private final Plan plan;
    private final Prices prices;
    private final Map<String, Double> works = new LinkedHashMap<>();
    private final Map<Integer, Double> arrivals = new LinkedHashMap<>();
    private final List<Moment> moments = new ArrayList<>();
    private final long bytes;
    private double computeFree;
    private double wireFree;
    /** When the devices met last. */
    private double met;
    private long sent;

    private PlanStep(Plan plan, Prices prices, long bytes) {
        this.plan = plan;
        this.prices = prices;
        this.bytes = bytes;
    }

    /**
     * @param plan placed: what it needs is its arena
     * @param beside bytes that are allocated beside it
     */
    public static Estimate of(Plan plan, Prices prices, long beside) {
        var step = new PlanStep(plan, prices, plan.arena().bytes() + beside);
        step.run(plan.steps());
        return new Estimate(Math.max(step.computeFree, step.wireFree), step.bytes, step.sent, 0, List.copyOf(step.moments));
    }

    private void run(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> compute(launch.kernel(), works.computeIfAbsent(launch.kernel(), name -> KernelCost.of(plan.kernels().get(name)).seconds(prices)));
                case Step.Copy copy -> compute("copy", prices.seconds(new Work(Family.MAP, 0, 2 * seen(copy.from()).bytes())));
                case Step.Loop loop -> {
                    for (long turn = 0; turn < loop.count(); turn++) {
                        run(loop.steps());
                    }
                }
                case Step.Start start -> start(start);
                case Step.Await await -> computeFree = Math.max(computeFree, arrivals.getOrDefault(await.flight(), 0.0));
            }
        }
    }

    private void compute(String what, double seconds) {
        moments.add(new Moment(what, Stream.COMPUTE, computeFree, seconds, bytes));
        computeFree += seconds;
    }

    private void start(Step.Start start) {
        var exchange = start.exchange();
        var operand = seen(start.from());
        long[] whole = exchange.whole(operand.shape());
        int ranks = exchange.group().size();
        double seconds = prices.seconds(primitive(exchange.pattern()), ranks, elements(exchange.pattern(), whole, ranks) * operand.dtype().bytes());
        prices.machine().timed().ifPresent(timed -> computeFree += timed.apart() * (computeFree - met));
        double begin = Math.max(computeFree, wireFree);
        moments.add(new Moment(plan.buffers().get(start.from().buffer()).name(), Stream.COMMUNICATION, begin, seconds, bytes));
        wireFree = begin + seconds;
        if (prices.machine().timed().isPresent()) {
            computeFree = wireFree;
            met = wireFree;
        }
        arrivals.put(start.flight(), wireFree);
        sent += exchange.sentElements(whole) * operand.dtype().bytes();
    }

    /** Of a stack an iteration sees one position. */
    private TensorType seen(Plan.Argument argument) {
        return Slice.of(plan.buffers().get(argument.buffer()), argument).type();
    }

    /** As a {@link Primitive} counts its size: of the full tensor, or of what is moved. */
    private static long elements(Pattern pattern, long[] whole, int ranks) {
        long full = elements(whole);
        return switch (pattern) {
            case Pattern.AllGather _, Pattern.ReduceScatter _, Pattern.AllReduce _, Pattern.AllToAll _ -> full;
            case Pattern.Halo(var cut, long before, long after) -> full / whole[cut.dim()] * Primitive.haloPositions(ranks, before, after);
            case Pattern.FoldHalo(var cut, long before, long after) -> full / whole[cut.dim()] * Primitive.haloPositions(ranks, before, after);
        };
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long extent : shape) {
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }

    private static Primitive primitive(Pattern pattern) {
        return switch (pattern) {
            case Pattern.AllGather _ -> Primitive.ALL_GATHER;
            case Pattern.ReduceScatter _ -> Primitive.REDUCE_SCATTER;
            case Pattern.AllReduce _ -> Primitive.ALL_REDUCE;
            case Pattern.AllToAll _ -> Primitive.ALL_TO_ALL;
            case Pattern.Halo _, Pattern.FoldHalo _ -> Primitive.MOVE;
        };
    }
}
