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
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.Routes;

/** Where logical devices of one GPU meet: an exchange is carried out when the last member of its group has started it. */
final class LoopbackExchanges implements GpuExchanges {
    private record Key(List<Integer> devices, long number) {}

    /** One member's part in an exchange that others have yet to come to. */
    record Part(Logical device, Step.Start step, Route route, long operand, long result) {}

    /** What is known of one device. */
    final class Logical implements Device {
        private final Map<Step.Start, Route> routes = new IdentityHashMap<>();
        private final Map<List<Integer>, Long> turns = new LinkedHashMap<>();
        private final Set<Integer> landed = new LinkedHashSet<>();
        private final ExchangeTimes times;
        private OptionalInt awaited = OptionalInt.empty();

        private Logical(Plan plan) {
            times = new ExchangeTimes(driver);
            Routes.starts(plan.steps()).forEach(start -> routes.put(start, Route.of(plan, start)));
        }

        @Override
        public void start(Step.Start step, long operand, long result) {
            meet(new Part(this, step, routes.get(step), operand, result));
        }

        @Override
        public void await(int flight) {
            awaited = OptionalInt.of(flight);
        }

        @Override
        public boolean isFree() {
            if (awaited.isPresent() && landed.remove(awaited.getAsInt())) {
                awaited = OptionalInt.empty();
            }
            return awaited.isEmpty();
        }

        @Override
        public ExchangeTimes times() {
            return times;
        }

        /** Which all devices share. */
        @Override
        public long stagingBytes() {
            return loopback.stagingBytes();
        }
    }

    private final Driver driver;
    private final Loopback loopback;
    private final ImmutableList<Logical> devices;
    private final Map<Key, List<Part>> meetings = new LinkedHashMap<>();
    private boolean isTimed = true;

    LoopbackExchanges(List<Plan> plans, Driver driver) {
        this.driver = driver;
        loopback = new Loopback(driver, plans.stream().flatMap(plan -> Routes.of(plan).stream()).toList());
        devices = plans.stream().map(Logical::new).collect(ImmutableList.toImmutableList());
    }

    @Override
    public Device device(int number) {
        return devices.get(number);
    }

    /** What a run that failed has left is forgotten. */
    @Override
    public void begin(boolean timed) {
        isTimed = timed;
        meetings.clear();
        for (Logical device : devices) {
            device.turns.clear();
            device.landed.clear();
            device.times.drop();
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
        var marks = isTimed ? there.stream().map(_ -> driver.mark()).toList() : List.<Driver.Mark>of();
        loopback.carry(there.stream().sorted(Comparator.comparingInt(p -> p.route().self())).toList());
        for (int m = 0; m < there.size(); m++) {
            var member = there.get(m);
            member.device().landed.add(member.step().flight());
            if (isTimed) {
                member.device().times.landed(member.step(), member.route(), marks.get(m));
            }
        }
    }

    @Override
    public void end() {
        for (int d = 0; d < devices.size(); d++) {
            if (!devices.get(d).isFree()) {
                throw new DeviceException("device %d waits for exchange %d, to which others never came".formatted(d, devices.get(d).awaited.getAsInt()));
            }
        }
    }

    @Override
    public void check() {
        // All devices are here.
    }

    @Override
    public void close() {
        devices.forEach(device -> device.times.drop());
        loopback.close();
    }
}
