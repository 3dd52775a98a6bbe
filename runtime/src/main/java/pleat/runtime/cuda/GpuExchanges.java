package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.Routes;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;

/** Where logical devices meet: an exchange is carried out when the last member of its group has started it. */
final class GpuExchanges implements AutoCloseable {
    private record Key(List<Integer> devices, long number) {}

    /** One member's part in an exchange that others have yet to come to. */
    record Part(Device device, Step.Start step, Route route, long operand, long result) {}

    /** What is known of one device. */
    final class Device {
        private final Map<Step.Start, Route> routes = new IdentityHashMap<>();
        private final Map<List<Integer>, Long> turns = new LinkedHashMap<>();
        private final Set<Integer> landed = new LinkedHashSet<>();
        private final Map<Integer, Account> accounts = new TreeMap<>();
        private OptionalInt awaited = OptionalInt.empty();

        private Device(Plan plan) {
            Routes.starts(plan.steps()).forEach(start -> routes.put(start, Route.of(plan, start)));
        }

        void start(Step.Start step, long operand, long result) {
            meet(new Part(this, step, routes.get(step), operand, result));
        }

        void await(int flight) {
            awaited = OptionalInt.of(flight);
        }

        /** Whether it can go on: what it waits for is there. */
        boolean isFree() {
            if (awaited.isPresent() && landed.remove(awaited.getAsInt())) {
                awaited = OptionalInt.empty();
            }
            return awaited.isEmpty();
        }

        ImmutableList<ExchangeTime> times() {
            return accounts.entrySet().stream().map(entry -> {
                var account = entry.getValue();
                long planned = account.route.sentBytes();
                return new ExchangeTime(entry.getKey(), account.route.text(), account.count, planned, account.count * planned, account.nanos, 0);
            }).collect(ImmutableList.toImmutableList());
        }

        void resetTimes() {
            accounts.clear();
        }
    }

    /** Sums over the times that one step was done. */
    private static final class Account {
        private final Route route;
        private long count;
        private long nanos;

        Account(Route route) {
            this.route = route;
        }
    }

    private final Loopback loopback;
    private final ImmutableList<Device> devices;
    private final Map<Key, List<Part>> meetings = new LinkedHashMap<>();

    GpuExchanges(List<Plan> plans, Driver driver) {
        loopback = new Loopback(driver, plans.stream().flatMap(plan -> Routes.of(plan).stream()).toList());
        devices = plans.stream().map(Device::new).collect(ImmutableList.toImmutableList());
    }

    Device device(int number) {
        return devices.get(number);
    }

    /** Before a run: what one that failed has left is forgotten. */
    void begin() {
        meetings.clear();
        for (Device device : devices) {
            device.turns.clear();
            device.landed.clear();
            device.awaited = OptionalInt.empty();
        }
    }

    private void meet(Part part) {
        var group = part.route().exchange().group().devices();
        long number = part.device().turns.merge(group, 1L, Long::sum);
        var key = new Key(group, number);
        var there = meetings.computeIfAbsent(key, _ -> new ArrayList<>());
        there.add(part);
        if (there.size() < group.size()) {
            return;
        }
        meetings.remove(key);
        long start = System.nanoTime();
        loopback.carry(there.stream().sorted(Comparator.comparingInt(p -> p.route().self())).toList());
        long nanos = System.nanoTime() - start;
        for (Part member : there) {
            int flight = member.step().flight();
            member.device().landed.add(flight);
            var account = member.device().accounts.computeIfAbsent(flight, _ -> new Account(member.route()));
            account.count++;
            account.nanos += nanos;
        }
    }

    /** After a run. */
    void end() {
        for (int d = 0; d < devices.size(); d++) {
            if (!devices.get(d).isFree()) {
                throw new DeviceException("device %d waits for exchange %d, to which others never came".formatted(d, devices.get(d).awaited.getAsInt()));
            }
        }
    }

    @Override
    public void close() {
        loopback.close();
    }
}
