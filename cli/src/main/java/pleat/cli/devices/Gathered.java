package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.process.Processes;

/** Parts of tensors that processes have, brought to the first of them. */
final class Gathered {
    private Gathered() {}

    /**
     * The parts of all, by rank; in a process that is not the first, nothing.
     *
     * @param own part of this process
     */
    static ImmutableList<TensorData> of(Processes processes, WholeTensors tensors, String output, TensorData own) {
        var headers = new ArrayList<TensorHeader>();
        for (int rank = 0; rank < processes.size(); rank++) {
            headers.add(tensors.part(rank, output));
        }
        long[] bytes = headers.stream().mapToLong(header -> header.elements() * header.dtype().bytes()).toArray();
        var gathered = processes.gather(own.bytes(), bytes);
        var parts = ImmutableList.<TensorData>builder();
        for (int rank = 0; rank < gathered.size(); rank++) {
            parts.add(new TensorData(headers.get(rank), gathered.get(rank)));
        }
        return parts.build();
    }
}
