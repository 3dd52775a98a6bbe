package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.collective.Collectives.Landing;
import pleat.runtime.collective.Route;
import pleat.runtime.host.ExchangeRunner.ExchangeListener;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;

/** Times of the exchanges of a device, between marks that are asked for with them and read when a run is over. */
final class ExchangeTimes {
    private record Timed(Step.Start step, Route route, Driver.Mark from, Driver.Mark to) {}

    /** Sums over the times that one step was done. */
    private static final class Account {
        private final Route route;
        private long count;
        private long nanos;

        Account(Route route) {
            this.route = route;
        }
    }

    private final Driver driver;
    private final List<Timed> underWay = new ArrayList<>();
    private final Map<Integer, Account> accounts = new TreeMap<>();
    private ExchangeListener listener = (_, _, _) -> {
    };

    /** @param driver whose marks stand around exchanges */
    ExchangeTimes(Driver driver) {
        this.driver = driver;
    }

    void onLanding(ExchangeListener newListener) {
        listener = newListener;
    }

    /** @param from what was marked before it */
    void landed(Step.Start step, Route route, Driver.Mark from) {
        underWay.add(new Timed(step, route, from, driver.mark()));
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
            var account = accounts.computeIfAbsent(timed.step().flight(), _ -> new Account(timed.route()));
            account.count++;
            account.nanos += took;
            listener.landed(timed.step(), new Landing(timed.route().sentBytes(), begin, begin + took), 0);
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

    /** Every byte that the plan says is sent is sent, so both numbers are the same. */
    ImmutableList<ExchangeTime> all() {
        return accounts.entrySet().stream().map(entry -> {
            var account = entry.getValue();
            long planned = account.route.sentBytes();
            return new ExchangeTime(entry.getKey(), account.route.text(), account.count, planned, account.count * planned, account.nanos, 0);
        }).collect(ImmutableList.toImmutableList());
    }

    void reset() {
        accounts.clear();
    }
}
