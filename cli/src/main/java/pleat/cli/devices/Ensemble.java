package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;

/** The devices of a run, of which this process has some. */
public interface Ensemble extends AutoCloseable {
    /** How the devices are held, in words. */
    String kind();

    /** The devices of this process, by rank. */
    ImmutableMap<Integer, LoadedPlan> runners();

    /** Whether it is this process that speaks for all. */
    boolean isFirst();

    /** Runs all devices once; the wall time in nanoseconds, of this process. */
    long run();

    /** What every device has of an output, by rank; in a process that is not the first, nothing. */
    ImmutableList<TensorData> parts(String output);

    /** The same of what a run leaves for the next. */
    ImmutableList<TensorData> states(String name);

    /** A line of every process, by rank. */
    ImmutableList<String> tell(String line);

    /** Tells the other processes that this one cannot go on; may not return. */
    void fail(Throwable reason);

    @Override
    void close();
}
