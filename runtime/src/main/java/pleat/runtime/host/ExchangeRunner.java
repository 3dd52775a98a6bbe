package pleat.runtime.host;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.collective.Collectives;
import pleat.runtime.collective.Collectives.Flight;
import pleat.runtime.collective.Collectives.Landing;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.Routes;

/** The exchanges of a device's plan: starts them, waits for them, and keeps account of what was sent and of the time. */
public final class ExchangeRunner {
    private record Started(Step.Start step, Flight flight) {}

    /** Sums over the times that one step was done. */
    private static final class Account {
        private long count;
        private long sentBytes;
        private long movingNanos;
        private long waitingNanos;
    }

    private final Collectives collectives;
    private final Map<Step.Start, Route> routes = new IdentityHashMap<>();
    private final Map<Integer, Started> underWay = new LinkedHashMap<>();
    private final Map<Integer, Account> accounts = new LinkedHashMap<>();
    private ExchangeListener listener = (_, _, _) -> {
    };

    ExchangeRunner(Plan plan, Collectives collectives) {
        this.collectives = collectives;
        Routes.starts(plan.steps()).forEach(start -> routes.put(start, Route.of(plan, start)));
    }

    /** Memory beside the arena in which blocks wait. */
    long stagingBytes() {
        return collectives.stagingBytes();
    }

    /** Is told of every exchange when it has been awaited. */
    @FunctionalInterface
    public interface ExchangeListener {
        /** @param waitedNanos how long the device had nothing to do but to wait for it */
        void landed(Step.Start step, Landing landing, long waitedNanos);
    }

    public void onLanding(ExchangeListener newListener) {
        listener = newListener;
    }

    void start(Step.Start step, MemorySegment operand, MemorySegment result, boolean isAwaitedAtOnce) {
        var flight = collectives.start(routes.get(step), operand, result, isAwaitedAtOnce);
        underWay.put(step.flight(), new Started(step, flight));
    }

    void await(int flight) {
        var started = underWay.remove(flight);
        long begin = System.nanoTime();
        var landing = started.flight().await();
        long waited = System.nanoTime() - begin;
        var account = accounts.computeIfAbsent(flight, _ -> new Account());
        account.count++;
        account.sentBytes += landing.sentBytes();
        account.movingNanos += landing.endNanos() - landing.startNanos();
        account.waitingNanos += waited;
        listener.landed(started.step(), landing, waited);
    }

    /**
     * One step's exchanges in all runs so far.
     *
     * @param what the exchange, as the plan's text has it
     * @param plannedBytes that this device sends each time, by the plan
     * @param sentBytes that it did send, in all
     * @param movingNanos in which elements moved
     * @param waitingNanos in which the device had nothing else to do
     */
    public record ExchangeTime(int flight, String what, long count, long plannedBytes, long sentBytes, long movingNanos, long waitingNanos) {}

    /** In the order of the plan's flights. */
    public ImmutableList<ExchangeTime> times() {
        return routes.entrySet().stream().filter(entry -> accounts.containsKey(entry.getKey().flight())).map(entry -> {
            var account = accounts.get(entry.getKey().flight());
            return new ExchangeTime(entry.getKey().flight(), entry.getValue().text(), account.count, entry.getValue().sentBytes(), account.sentBytes,
                    account.movingNanos, account.waitingNanos);
        }).sorted(java.util.Comparator.comparingInt(ExchangeTime::flight)).collect(ImmutableList.toImmutableList());
    }

    /** Bytes that this device sent in all runs so far. */
    public long sentBytes() {
        return accounts.values().stream().mapToLong(account -> account.sentBytes).sum();
    }

    void resetTimes() {
        accounts.clear();
    }
}
