package pleat.ir.interp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;

/** Where devices wait for each other. If all that still run wait and none can go on, the run ends for all. */
final class Meeting {
    private record Arrival(Op.Collective op, NdArray operand) {}

    private final List<Device> devices;
    private final Map<Device, Arrival> waiting = new LinkedHashMap<>();
    private final Map<Device, NdArray> results = new LinkedHashMap<>();
    private final List<Device> running;
    private RuntimeException failure;

    Meeting(List<Device> devices) {
        this.devices = devices;
        this.running = new ArrayList<>(devices);
    }

    /** Runs the program of one device; the others learn of its end. */
    <T> T attend(Device device, Callable<T> program) throws Exception {
        try {
            T result = program.call();
            leave(device);
            return result;
        } catch (RuntimeException failed) {
            fail(failed);
            throw failed;
        }
    }

    /** Waits until all of the group are there, and returns this device's share. */
    NdArray meet(Device device, Op.Collective op, NdArray operand) {
        return switch (op.transfer()) {
            case Transfer.Vary _ -> operand;
            case Transfer.Slice(Split split) -> Blocks.part(operand, split.dim(), split.part(device));
            case Transfer.AllGather _, Transfer.ReduceScatter _, Transfer.AllReduce _, Transfer.AllToAll _, Transfer.Halo _, Transfer.FoldHalo _ ->
                    wait(device, op, operand);
        };
    }

    private synchronized NdArray wait(Device device, Op.Collective op, NdArray operand) {
        waiting.put(device, new Arrival(op, operand));
        var group = device.group(op.transfer().axis());
        // A device of the group that meets others along another axis comes later.
        if (group.stream().allMatch(d -> waiting.containsKey(d) && waiting.get(d).op().transfer().axis().equals(op.transfer().axis()))) {
            transfer(group);
        } else {
            checkProgress();
        }
        while (!results.containsKey(device) && failure == null) {
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return results.remove(device);
    }

    private void transfer(List<Device> group) {
        var arrivals = group.stream().map(waiting::get).toList();
        for (int g = 1; g < group.size(); g++) {
            if (!arrivals.get(g).op().transfer().equals(arrivals.getFirst().op().transfer())) {
                failure = new UserException("devices meet at different collectives:\n" + described(group));
                notifyAll();
                return;
            }
        }
        var shares = TransferRunner.run(arrivals.getFirst().op().transfer(), group, arrivals.stream().map(Arrival::operand).toList());
        for (int g = 0; g < group.size(); g++) {
            waiting.remove(group.get(g));
            results.put(group.get(g), shares.get(g));
        }
        notifyAll();
    }

    private synchronized void leave(Device device) {
        running.remove(device);
        checkProgress();
    }

    private synchronized void fail(RuntimeException failed) {
        if (failure == null) {
            failure = failed;
        }
        notifyAll();
    }

    /** A group that is complete has been served, so if everybody waits, nobody will come. */
    private void checkProgress() {
        if (failure == null && !running.isEmpty() && waiting.keySet().containsAll(running)) {
            failure = new UserException("devices wait for each other at different collectives:\n" + described(devices));
            notifyAll();
        }
    }

    private String described(List<Device> of) {
        return of.stream().map(device -> "  " + device + (waiting.containsKey(device)
                ? " is at `%" + waiting.get(device).op().result().name() + "`, " + waiting.get(device).op().transfer() : " has ended"))
                .collect(Collectors.joining("\n"));
    }
}
