package pleat.runtime.process;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** The processes of a run, one for each device, as one of them sees them: what they say to each other beside what their plans exchange. */
public interface Processes extends AutoCloseable {
    int rank();

    int size();

    /** Who brought them together, in words. */
    String kind();

    /**
     * Compares what the processes are about to run; a user error on all of them names two that differ.
     *
     * @param plan what is equal where the plan is
     */
    void agreeOn(String plan);

    /** What every process says, by rank; all have to say something. */
    ImmutableList<String> tell(String text);

    /** What each of some processes says, in their order; they speak to each other's groups in one order. */
    ImmutableList<String> tell(String text, List<Integer> members);

    /**
     * Brings what the processes have to the first of them.
     *
     * @param bytes of each process, by rank
     * @return by rank; in a process that is not the first, nothing
     */
    ImmutableList<MemorySegment> gather(MemorySegment own, long[] bytes);

    /** Why another process cannot go on, if one said so. */
    Optional<String> failure();

    /** Tells the others that this process cannot go on; may not return. */
    void fail(Throwable reason);

    /** Waits for the others to come to their end too. */
    @Override
    void close();
}
