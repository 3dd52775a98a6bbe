package pleat.cli.tune;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.TileCost;
import pleat.ir.kernel.Kernel;

/** Tries ways to cut kernels, the most promising of each, several kernels side by side. */
final class Tuner {
    private final KernelTrial trial;
    private final GpuSpeed speed;
    private final WayLimit limit;

    Tuner(KernelTrial trial, GpuSpeed speed, WayLimit limit) {
        this.trial = trial;
        this.speed = speed;
        this.limit = limit;
    }

    /**
     * What was found of each, in their order.
     *
     * @param kernels for each how it can be cut, the tile builder's own way first
     * @param done takes each as soon as it is known, one at a time; if it fails, so does all
     */
    ImmutableList<TunedKernel> tune(Collection<ImmutableList<Kernel>> kernels, Consumer<TunedKernel> done) {
        try (var workers = Executors.newFixedThreadPool(trial.sideBySide(), Thread.ofPlatform().daemon().name("pleat-tune-", 0).factory())) {
            var all = new ArrayList<Future<TunedKernel>>();
            for (var ways : kernels) {
                all.add(workers.submit(() -> {
                    var tuned = tune(ways);
                    synchronized (this) {
                        done.accept(tuned);
                    }
                    return tuned;
                }));
            }
            try {
                return all.stream().map(Tuner::await).collect(ImmutableList.toImmutableList());
            } finally {
                workers.shutdownNow();
            }
        }
    }

    private static TunedKernel await(Future<TunedKernel> tuned) {
        try {
            return tuned.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kernels are tuned", interrupted);
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case RuntimeException of -> throw of;
                case Error of -> throw of;
                default -> throw new IllegalStateException("a kernel could not be tuned", failure.getCause());
            }
        }
    }

    private TunedKernel tune(ImmutableList<Kernel> kernels) {
        var expected = kernels.stream().map(kernel -> TileCost.of(kernel, trial.target()).seconds(speed)).toList();
        int model = TileCost.cheapest(kernels, trial.target(), speed);
        var found = new ArrayList<OptionalDouble>(kernels.stream().map(_ -> OptionalDouble.empty()).toList());
        var known = new HashMap<String, Double>();
        for (int way : inOrder(expected, model)) {
            time(LoweredWay.of(kernels.get(way), trial.target()), known).ifPresent(seconds -> found.set(way, OptionalDouble.of(seconds)));
        }
        return new TunedKernel(IntStream.range(0, kernels.size()).mapToObj(way -> new TunedKernel.Way(kernels.get(way), expected.get(way), found.get(way)))
                .collect(ImmutableList.toImmutableList()), model);
    }

    /** Places of the ways that may be tried: the model's own, then those with the least time expected. */
    private ImmutableSet<Integer> inOrder(List<Double> expected, int model) {
        double most = limit.within() * expected.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        var order = ImmutableSet.<Integer>builder().add(model);
        IntStream.range(0, expected.size()).boxed().filter(way -> expected.get(way) <= most).sorted(Comparator.comparingDouble(expected::get)).forEach(order::add);
        return order.build();
    }

    /** @param known seconds by code; what is not there is tried while there are not too many */
    private Optional<Double> time(LoweredWay way, HashMap<String, Double> known) {
        if (!known.containsKey(way.text()) && known.size() < limit.most()) {
            known.put(way.text(), trial.seconds(way));
        }
        return Optional.ofNullable(known.get(way.text()));
    }
}
