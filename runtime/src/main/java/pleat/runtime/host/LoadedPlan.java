package pleat.runtime.host;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.ir.plan.Plan;
import pleat.runtime.host.ExchangeRunner.ExchangeListener;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;
import pleat.runtime.host.PlanRunner.KernelTime;
import pleat.runtime.host.PlanRunner.LaunchListener;
import pleat.runtime.io.TensorData;

/** A device with a plan in its memory, whatever kind of device it is: what goes in, what comes out, and where the time went. */
public interface LoadedPlan extends GivenTensors {
    /** What it runs. */
    Plan plan();

    /** Bytes that the plan says are allocated. */
    default long plannedBytes() {
        return plan().arena().bytes();
    }

    /** Bytes of the arena that was allocated. */
    long allocatedBytes();

    /** Bytes beside the arena in which what is exchanged waits. */
    long stagingBytes();

    /** A copy of each output, by external name. */
    ImmutableMap<String, TensorData> outputs();

    /** A copy of what the last run left for the next, by external name. */
    ImmutableMap<String, TensorData> state();

    /** A copy of one of {@link #state}. */
    TensorData state(String external);

    /** Reports the launches of all later runs. */
    void onLaunch(LaunchListener listener);

    /** Reports the exchanges of all later runs. */
    void onLanding(ExchangeListener listener);

    /** Lets all later runs look through what every launch writes, and stop with a user error at the first infinity or NaN. */
    void checkFinite();

    /** Runs so far in which every launch was timed; those of a graph are not among them. */
    int timedRuns();

    /** Time of each kernel, summed over its launches in these runs. */
    ImmutableList<KernelTime> kernelTimes();

    /** The exchanges of these runs. */
    ImmutableList<ExchangeTime> exchangeTimes();

    /** Begins to count anew. */
    void resetTimes();
}
