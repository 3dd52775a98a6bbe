package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.runtime.host.PlanRunner.KernelTime;
import pleat.runtime.host.PlanRunner.LaunchListener;

/** Times of the launches of a device, between marks that are asked for with them and read when a run is over. */
final class LaunchTimes {
    private record Timed(String kernel, Driver.Mark from, Driver.Mark to) {}

    private final Driver driver;
    private final List<Timed> underWay = new ArrayList<>();
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private final Map<String, Long> launches = new LinkedHashMap<>();
    private Optional<LaunchListener> listener = Optional.empty();

    LaunchTimes(Driver driver) {
        this.driver = driver;
    }

    void onLaunch(LaunchListener newListener) {
        listener = Optional.of(newListener);
    }

    boolean hasListener() {
        return listener.isPresent();
    }

    void time(String kernel, Runnable launch) {
        var from = driver.mark();
        launch.run();
        underWay.add(new Timed(kernel, from, driver.mark()));
    }

    /**
     * Reads the times of a run.
     *
     * @param start of the run, as a mark and by {@link System#nanoTime}
     */
    void settle(Driver.Mark start, long startNanos) {
        for (Timed timed : underWay) {
            long begin = startNanos + driver.nanosBetween(start, timed.from());
            long took = driver.nanosBetween(timed.from(), timed.to());
            nanos.merge(timed.kernel(), took, Long::sum);
            launches.merge(timed.kernel(), 1L, Long::sum);
            listener.ifPresent(told -> told.launched(timed.kernel(), begin, begin + took));
        }
        drop();
    }

    /** Forgets what a run that failed has begun. */
    void drop() {
        for (Timed timed : underWay) {
            timed.from().close();
            timed.to().close();
        }
        underWay.clear();
    }

    ImmutableList<KernelTime> all() {
        return nanos.entrySet().stream().map(e -> new KernelTime(e.getKey(), launches.get(e.getKey()), e.getValue())).collect(ImmutableList.toImmutableList());
    }

    void reset() {
        nanos.clear();
        launches.clear();
    }
}
