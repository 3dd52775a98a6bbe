package pleat.passes.space;

import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Family;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;

/** Time and bytes of what a rank of a mesh does, the one with the largest share. Times are in units of 1e-12 seconds. */
record Pricing(Prices prices, Ranks ranks) {

    static long picos(double seconds) {
        return Math.round(seconds * 1e12);
    }

    private long elementBytes(TensorType type) {
        return type.dtype().isFloating() ? prices.storage().bytes() : type.dtype().bytes();
    }

    /** Bytes of a rank's part of a value. */
    long bytes(Value value, Layout layout) {
        return layout.elements(value.type(), ranks) * elementBytes(value.type());
    }

    long transferPicos(Optional<Primitive> primitive, int meshAxis, Value value, long elements) {
        return primitive.map(p -> picos(prices.seconds(p, ranks.along(meshAxis), elements * elementBytes(value.type())))).orElse(0L);
    }

    /** The time of some members of a cluster, in one kernel where kernels are fused. */
    long forwardPicos(Cluster cluster, Strategy strategy, Collection<Integer> members, Set<Value> stored) {
        if (members.isEmpty()) {
            return 0;
        }
        if (prices.execution() == Execution.EAGER) {
            return members.stream().mapToLong(m -> picos(prices.seconds(new Work(family(cluster, m), flops(cluster, strategy, m),
                    traffic(cluster.members().get(m).op(), strategy))))).sum();
        }
        long flops = members.stream().mapToLong(m -> flops(cluster, strategy, m)).sum();
        var touched = new LinkedHashSet<>(stored);
        members.forEach(m -> touched.addAll(cluster.members().get(m).op().operands()));
        cluster.members().stream().map(Cluster.Member::result).filter(value -> !stored.contains(value)).forEach(touched::remove);
        return picos(prices.seconds(new Work(family(cluster, members), flops, bytes(touched, strategy))));
    }

    private Family family(Cluster cluster, int member) {
        return cluster.members().get(member).form().family();
    }

    private Family family(Cluster cluster, Collection<Integer> members) {
        return members.stream().map(m -> family(cluster, m)).min(Family::compareTo).orElse(Family.MAP);
    }

    /** Operations of a member on the rank with most. */
    static long flops(Cluster cluster, Strategy strategy, int member) {
        return switch (cluster.members().get(member).op()) {
            case Op.Compute _ -> scaled(cluster.members().get(member).form().flops(), cluster, strategy, member);
            case Op.ScatterAdd _ -> strategy.points().get(member);
            case Op.Gather _, Op.Random _, Op.Collective _, Op.Call _, Op.Repeat _ -> 0;
        };
    }

    /** Operations go by points, and every point has the same number. */
    static long scaled(long flops, Cluster cluster, Strategy strategy, int member) {
        long points = cluster.members().get(member).form().extents().stream().reduce(1L, Math::multiplyExact);
        return share(flops, strategy.points().get(member), points);
    }

    /** @return {@code flops * part / points} rounded down, also where the product has more than 64 bits */
    static long share(long flops, long part, long points) {
        if (points == 0) {
            return 0;
        }
        long rest = flops % points;
        boolean isLong = Math.multiplyHigh(rest, part) != 0 || rest * part < 0;
        return flops / points * part + (isLong ? BigInteger.valueOf(rest).multiply(BigInteger.valueOf(part)).divide(BigInteger.valueOf(points)).longValueExact() : rest * part / points);
    }

    private long traffic(Op op, Strategy strategy) {
        var touched = new LinkedHashSet<>(op.operands());
        touched.addAll(op.results());
        return bytes(touched, strategy);
    }

    private long bytes(Collection<Value> values, Strategy strategy) {
        return values.stream().mapToLong(value -> strategy.lies().containsKey(value) ? bytes(value, strategy.of(value))
                : value.type().elements() * elementBytes(value.type())).sum();
    }

    /** The time of the adjoint equations: products as kernels of their own, and all else of the cluster as one where kernels are fused. */
    long backwardPicos(Cluster cluster, Strategy strategy, WayBack back) {
        if (back.steps().isEmpty()) {
            return 0;
        }
        long picos = 0;
        long flops = 0;
        var touched = new LinkedHashSet<Value>();
        for (WayBack.Step step : back.steps()) {
            long own = scaled(step.flops(), cluster, strategy, step.member());
            if (prices.execution() == Execution.EAGER || step.family() == Family.PRODUCT) {
                long bytes = bytes(step.reads(), strategy) + bytes(List.of(cluster.members().get(step.member()).result(), step.gradientOf()), strategy);
                picos += picos(prices.seconds(new Work(step.family(), own, bytes)));
            } else {
                flops += own;
                step.reads().stream().filter(value -> !cluster.results().contains(value)).forEach(touched::add);
            }
        }
        if (flops > 0) {
            long bytes = bytes(touched, strategy) + bytes(cluster.outputs(), strategy) + bytes(cluster.moving(), strategy);
            picos += picos(prices.seconds(new Work(Family.REDUCTION, flops, bytes)));
        }
        return picos;
    }
}
